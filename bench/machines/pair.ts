import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestImage } from '../../src/guest/image.js';
import { debianGuest } from '../../src/node/guest-store.js';
import { attempt } from '../attempt.js';
import type { Sink } from '../benchmark.js';
import { temporaryFolder } from '../leftovers.js';
import { type RowSubject, rowOf } from '../row.js';
import { DISKS, writeImage } from './images.js';
import type { BenchMachine } from './machine.js';
import { startOwn } from './own.js';
import { startPeer } from './peer.js';

/** A sample takes seconds, and many rows are measured. */
const RUNS = 3;
const OWN = 'wasm';
const PEER = 'qemu';
/** The engines of both machines. */
export const PAIR_ENGINES: readonly string[] = [OWN, PEER];
/** One more, for information, where nothing needs a disk. */
export const INTERPRETER = 'wasm-interpreter';

/** What a row of machines is about; its engine is each machine's. */
export type PairSubject = Omit<RowSubject, 'engine'>;

/** The guest, and the folder where it stands as files beside its disks' images. */
interface GuestFiles {
  readonly image: GuestImage;
  readonly folder: string;
}

/**
 * The default guest in this project's machine and in QEMU, with the same kernel, initramfs, command line,
 * devices and bytes on their disks. Each is booted when it is first measured; they run on side by side, one
 * idling while the other is measured.
 */
export class MachinePair {
  #files: Promise<GuestFiles> | undefined;
  readonly #machines = new Map<string, Promise<BenchMachine>>();

  /**
   * Measures one figure of both machines and hands over a row of each. Before, `prepare` is called for each
   * once. A machine that fails costs its own row, as `attempt` says.
   */
  async measure(
    subject: PairSubject,
    sink: Sink,
    sample: (machine: BenchMachine) => Promise<number>,
    prepare: (machine: BenchMachine) => Promise<unknown> = async () => {},
  ): Promise<void> {
    await this.each(subject, sink, async (machine) => {
      await prepare(machine);
      // The first is slower: code is not translated yet, buffers have not grown.
      await sample(machine);
      const samples: number[] = [];
      while (samples.length < RUNS) samples.push(await sample(machine));
      sink.row(rowOf({ ...subject, engine: machine.engine }, samples));
    });
  }

  /**
   * Has something measured on one machine after the other, which hands over its rows itself.
   *
   * @param extra more engines of this project: each has a machine without disks, which stays as well
   */
  async each(
    subject: Pick<PairSubject, 'group' | 'name'>,
    sink: Sink,
    measure: (machine: BenchMachine) => Promise<void>,
    extra: readonly string[] = [],
  ): Promise<void> {
    const { group, name } = subject;
    for (const engine of [OWN, ...extra, PEER]) {
      await attempt({ group, name, engine }, sink, async () => {
        await measure(await this.#machine(engine));
      });
    }
  }

  /** A machine that stays; one that did not start is not started again. */
  #machine(engine: string): Promise<BenchMachine> {
    const machine = this.#machines.get(engine) ?? this.#start(engine);
    this.#machines.set(engine, machine);
    return machine;
  }

  async #start(engine: string): Promise<BenchMachine> {
    const { image, folder } = await this.#guest();
    if (engine === PEER) return startPeer(image, folder);
    return startOwn(engine, image, engine === OWN ? folder : undefined);
  }

  #guest(): Promise<GuestFiles> {
    this.#files ??= writeFiles();
    return this.#files;
  }

  /** Ends the machines and removes their images. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const starting of this.#machines.values()) {
      await (await starting.catch(() => undefined))?.[Symbol.asyncDispose]();
    }
    const files = await this.#files?.catch(() => undefined);
    if (files !== undefined) await rm(files.folder, { recursive: true, force: true });
  }
}

/** The files of both machines: each writes on images of its own. */
async function writeFiles(): Promise<GuestFiles> {
  const image = await debianGuest();
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'kernel'), image.kernel);
  await writeFile(join(folder, 'initrd'), image.initrd);
  for (const { format } of DISKS) {
    const own = join(folder, `own.${format}`);
    await writeImage(own, format);
    await copyFile(own, join(folder, `qemu.${format}`));
  }
  return { image, folder };
}
