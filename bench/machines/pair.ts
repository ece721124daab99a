import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianGuest } from '../../src/node/guest-store.js';
import type { Sink } from '../benchmark.js';
import { UnavailableError } from '../errors.js';
import { type RowSubject, rowOf } from '../row.js';
import { DISKS, writeImage } from './images.js';
import type { BenchMachine } from './machine.js';
import { startOwn } from './own.js';
import { startPeer } from './peer.js';

/** A sample takes seconds, and many rows are measured. */
const RUNS = 3;

/** What a row of machines is about; its engine is each machine's. */
export type PairSubject = Omit<RowSubject, 'engine'>;

/**
 * The default guest in this project's machine and in QEMU, with the same kernel, initramfs, command line,
 * devices and bytes on their disks. Both are booted when the first benchmark asks for them and run on
 * side by side, one idling while the other is measured.
 */
export class MachinePair {
  #folder: string | undefined;
  #started: Promise<void> | undefined;
  readonly #machines: BenchMachine[] = [];
  /** Why there is no peer. */
  #reason = '';

  /**
   * Measures one figure of both machines, in turns, and hands over a row of each. Before, `prepare` is
   * called for each once.
   *
   * @throws whatever a measurement throws
   */
  async measure(
    subject: PairSubject,
    sink: Sink,
    sample: (machine: BenchMachine) => Promise<number>,
    prepare: (machine: BenchMachine) => Promise<unknown> = async () => {},
  ): Promise<void> {
    sink.progress(`${subject.group}/${subject.name}`);
    this.#started ??= this.#start();
    await this.#started;
    if (this.#reason !== '') sink.absent({ ...subject, engine: 'qemu', reason: this.#reason });
    const samples = new Map<BenchMachine, number[]>();
    for (const machine of this.#machines) {
      samples.set(machine, []);
      await prepare(machine);
      // The first is slower: code is not translated yet, buffers have not grown.
      await sample(machine);
    }
    for (let index = 0; index < RUNS; index++) {
      for (const [machine, taken] of samples) taken.push(await sample(machine));
    }
    for (const [{ engine }, taken] of samples) sink.row(rowOf({ ...subject, engine }, taken));
  }

  async #start(): Promise<void> {
    const image = await debianGuest();
    const folder = await mkdtemp(join(tmpdir(), 'hartwood-bench-'));
    this.#folder = folder;
    await writeFile(join(folder, 'kernel'), image.kernel);
    await writeFile(join(folder, 'initrd'), image.initrd);
    for (const { format } of DISKS) {
      await writeImage(join(folder, `own.${format}`), format);
      await copyFile(join(folder, `own.${format}`), join(folder, `qemu.${format}`));
    }
    this.#machines.push(await startOwn(image, folder));
    try {
      this.#machines.push(await startPeer(image, folder));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.#reason = error.message;
    }
  }

  /** Ends the machines and removes their images. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started?.catch(() => undefined);
    for (const machine of this.#machines) await machine[Symbol.asyncDispose]();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}
