import { LayoutValue, PAGE_SIZE } from '../../core/abi.js';
import type { Core } from '../../core/core.js';
import { InternalError, MemoryShortageError } from '../../core/errors.js';
import { saveState } from '../../core/machine-state.js';
import type { Disk } from '../../machine/disk.js';
import { BranchingDisk } from '../../storage/branching/branching-disk.js';
import { forkHandle, type GoingVm } from '../fork.js';
import { type MachineRecord, recordMachine } from './record.js';
import { checkDevices } from './restore.js';
import type { SharedReader } from './shared-reader.js';

/** Pages that are copied out of the core, and hashed, before a VM that runs has its turn. */
const BATCH = 128;
const WORDS = PAGE_SIZE / 8;

/** A drive's content at the moment. */
export interface FrozenDrive {
  readonly disk: BranchingDisk;
  /** By which what changes from now on can be told (BranchingDisk.changedSince). */
  readonly mark: number;
}

/** Pages with what they hold; `bytes` has 4,096 for each number. */
export interface PageBatch {
  readonly numbers: Uint32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A VM as it was at one moment: a fork that never runs. It shares its pages with the VM, which goes on, and what the VM
 * changes is copied.
 */
export class FrozenMachine {
  readonly record: MachineRecord;
  /** The moment, in milliseconds since 1970. */
  readonly time = Date.now();
  /** The epoch that ended with the moment: what the VM changes later is in later ones. */
  readonly epoch: number;
  /** One for each drive; none for those that cannot be written to. */
  readonly drives: readonly (FrozenDrive | undefined)[];
  /** Which of the VM's machines it is (GuestMachine.boots). */
  readonly boots: number;
  readonly #source: SharedReader | undefined;
  readonly #core: Core;
  readonly #cpus: number;
  #handle: number;

  /**
   * For a VM at rest.
   *
   * @throws SnapshotError 'busy', MemoryShortageError: then nothing is kept
   */
  constructor({ core, spec, identity, machine, peripherals, source }: GoingVm) {
    checkDevices(spec);
    this.#core = core;
    this.#cpus = spec.shape.cpus;
    this.boots = machine.boots;
    this.record = recordMachine(
      spec,
      identity,
      machine.countedBefore,
      peripherals.save(),
      core.time(machine.handle),
    );
    this.#handle = forkHandle(core, machine);
    this.epoch = core.exports.vmBeginEpoch(machine.handle) >>> 0;
    try {
      this.drives = spec.devices.drives.map(freezeDrive);
    } catch (error) {
      this.thawMemory();
      throw error;
    }
    this.#source = source?.share();
  }

  /** The core's state, by section. @throws MemoryShortageError after `thaw`. */
  sections(): Map<string, Uint8Array> {
    return saveState(this.#core, this.#living, this.#cpus);
  }

  /**
   * Pages of RAM that changed after epoch `since`, ascending; of those that hold only zeros the number alone, in `zeros`.
   *
   * @throws MemoryShortageError after `thaw`
   */
  *changed(since: number): Iterable<PageBatch & { readonly zeros: readonly number[] }> {
    for (let from = 0; ; ) {
      const numbers = this.#list(since, from);
      const last = numbers.at(-1);
      if (last === undefined) return;
      from = last + 1;
      for (let at = 0; at < numbers.length; at += BATCH) {
        yield this.#copyOut(numbers.subarray(at, at + BATCH));
      }
    }
  }

  #list(since: number, from: number): Uint32Array {
    const core = this.#core;
    const count = core.exports.vmChangedPages(this.#living, since, from) >>> 0;
    return new Uint32Array(core.memory.buffer, core.layout(LayoutValue.Transfer), count).slice();
  }

  #copyOut(numbers: Uint32Array): PageBatch & { readonly zeros: readonly number[] } {
    const handle = this.#living;
    const zeros: number[] = [];
    const kept: number[] = [];
    const bytes = new Uint8Array(numbers.length * PAGE_SIZE);
    for (const page of numbers) {
      const at = (this.#core.exports.vmFrame(handle, page, 0) >>> 0) * PAGE_SIZE;
      if (isZero(this.#core, at)) zeros.push(page);
      else {
        bytes.set(this.#core.bytes.subarray(at, at + PAGE_SIZE), kept.length * PAGE_SIZE);
        kept.push(page);
      }
    }
    return {
      numbers: Uint32Array.from(kept),
      bytes: bytes.subarray(0, kept.length * PAGE_SIZE),
      zeros,
    };
  }

  get #living(): number {
    if (this.#handle !== 0) return this.#handle;
    throw new MemoryShortageError(
      "the host's memory was used up while the snapshot was taken; the VM needs it, and goes on",
    );
  }

  /** Gives its memory back, whoever still reads from it. Never rejects: what it held was only read. */
  async thaw(): Promise<void> {
    this.thawMemory();
    await Promise.allSettled(this.drives.map((drive) => drive?.disk.close()));
    this.#source?.close();
  }

  /** The same for memory alone, at once; whether there was any. */
  thawMemory(): boolean {
    if (this.#handle === 0) return false;
    this.#core.exports.vmDestroy(this.#handle);
    this.#handle = 0;
    return true;
  }
}

function freezeDrive(disk: Disk): FrozenDrive | undefined {
  if (disk.readOnly) return undefined;
  if (!(disk instanceof BranchingDisk)) throw new InternalError('a drive cannot be branched');
  return { disk: disk.branch(), mark: disk.mark() };
}

function isZero(core: Core, at: number): boolean {
  const words = new BigUint64Array(core.memory.buffer, at, WORDS);
  for (let word = 0; word < WORDS; word++) if (words[word] !== 0n) return false;
  return true;
}
