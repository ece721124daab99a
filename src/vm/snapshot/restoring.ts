import { PAGE_SIZE, RAM_BASE } from '../../core/abi.js';
import type { Core } from '../../core/core.js';
import { InternalError } from '../../core/errors.js';
import type { PlacedBytes } from '../../machine/boot.js';
import type { Disk } from '../../machine/disk.js';
import type { SnapshotReader } from '../../snapshot/snapshot-reader.js';
import type { SnapshotStore } from '../../snapshot/snapshot-store.js';
import { BranchingDisk } from '../../storage/branching/branching-disk.js';
import type { Copies } from '../copies.js';
import type { GuestMachine } from '../guest-machine.js';
import type { Scheduler } from '../sched/scheduler.js';
import { PageLoader } from './page-loader.js';
import { BOOT_AREA } from './record.js';

/** A guest that has not waited for a page for so many milliseconds has what it works with. */
const QUIET = 25;

/** A snapshot that a VM goes on from: its memory, as it is needed, and what the guest would boot from again. */
export class Restoring {
  readonly #store: SnapshotStore;
  readonly #reader: SnapshotReader;
  #loader: PageLoader | undefined;
  #boots = 0;
  #epoch = 0;
  /** When the guest last waited for a page. */
  #demanded = 0;
  #hurry = false;
  #closed = false;
  /** Ends a pause of `fillAll`. */
  #wake = () => {};

  constructor(store: SnapshotStore, reader: SnapshotReader) {
    this.#store = store;
    this.#reader = reader;
  }

  /**
   * Lets the machine's core expect the pages of the snapshot.
   *
   * @param reclaim has others give memory back; whether there was any
   * @throws MemoryShortageError
   */
  attach(core: Core, machine: GuestMachine, reclaim: () => boolean): void {
    this.#boots = machine.boots;
    this.#loader = new PageLoader(core, machine, this.#reader, reclaim);
    this.#loader.expect();
    this.#epoch = core.exports.vmBeginEpoch(machine.handle) >>> 0;
  }

  /** The snapshot can be the parent of the VM's next; the VM has not run yet. */
  noteIn(copies: Copies, drives: readonly Disk[]): void {
    const marks = drives.map((drive) =>
      drive instanceof BranchingDisk && !drive.readOnly ? drive.mark() : undefined,
    );
    const taken = { store: this.#store, boots: this.#boots, epoch: this.#epoch, marks };
    copies.note(this.#reader.info.id, taken);
  }

  /** Fills a page of RAM that the guest waits for, if it has no content yet. @throws SnapshotError, MemoryShortageError. */
  fill(page: number): Promise<void> {
    this.#demanded = performance.now();
    return this.#filled.fill(page);
  }

  /**
   * Fills all of RAM: once the guest has not waited for a page for a while, and between turns of the event loop, unless
   * somebody is in a hurry. A guest that ends before has not paid for pages that it never needed.
   *
   * @throws SnapshotError, MemoryShortageError
   */
  fillAll(scheduler: Scheduler): Promise<void> {
    const client = scheduler.join();
    this.#demanded = performance.now();
    const pause = async (): Promise<void> => {
      do {
        if (this.#hurry) return;
        const left = this.#demanded + QUIET - performance.now();
        if (left <= 0) return scheduler.events(client);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          scheduler.alarms.after(left, resolve);
        });
      } while (!this.#closed);
    };
    return this.#filled.fillAll(pause);
  }

  /** Somebody waits until all is there. */
  hurry(): void {
    this.#hurry = true;
    this.#wake();
  }

  get #filled(): PageLoader {
    if (this.#loader === undefined) throw new InternalError('no machine waits for these pages');
    return this.#loader;
  }

  /** What stands in RAM when the guest boots. @throws SnapshotError. */
  async bootContents(): Promise<readonly PlacedBytes[]> {
    const contents: PlacedBytes[] = [];
    for await (const { numbers, bytes } of this.#reader.stream(BOOT_AREA)) {
      for (const [index, page] of numbers.entries()) {
        const address = RAM_BASE + BigInt(page) * BigInt(PAGE_SIZE);
        contents.push({ address, bytes: bytes.slice(index * PAGE_SIZE, (index + 1) * PAGE_SIZE) });
      }
    }
    return contents;
  }

  /** The VM is gone. */
  end(): void {
    this.#closed = true;
    this.#loader?.end();
    this.#wake();
  }
}
