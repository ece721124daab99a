import { ConfigurationError } from '../core/errors.js';
import type { BootPlan } from '../machine/boot.js';
import type { SnapshotInfo } from '../snapshot/snapshot-info.js';
import {
  atRest,
  checkForkable,
  copyMachine,
  type ForkOptions,
  type GoingVm,
  type MachineCopy,
} from './fork.js';
import type { Scheduler } from './sched/scheduler.js';
import { FrozenMachine } from './snapshot/frozen-machine.js';
import { type SnapshotOptions, type Taken, writeSnapshot } from './snapshot/take.js';

/** Who can give memory back when a VM needs it. */
export interface Lenders {
  /** `giveBack` gives memory back, at once, and says whether there was any; the result ends the offer. */
  lend(giveBack: () => boolean): () => void;
}

/** What copying wants of the host: memory, and turns beside its VMs. */
export interface CopyingHost extends Lenders {
  readonly scheduler: Scheduler;
}

/** Copies of one VM: those that run, and those that are kept. */
export class Copies {
  readonly #host: CopyingHost;
  readonly #going: () => GoingVm;
  readonly #restored: () => Promise<void>;
  /** Snapshots of this VM, by id, and what they were taken of. */
  readonly #taken = new Map<string, Taken>();

  /**
   * @param going the VM. @throws VmStoppedError, ConfigurationError if it does not run
   * @param restored has all of its memory brought that is elsewhere
   */
  constructor(host: CopyingHost, going: () => GoingVm, restored: () => Promise<void>) {
    this.#host = host;
    this.#going = going;
    this.#restored = restored;
  }

  /** Notes what the VM was restored from. */
  note(id: string, taken: Taken): void {
    this.#taken.set(id, taken);
  }

  /** As `Vm.fork`, with the machines alone. */
  async fork(count: number, options: ForkOptions): Promise<MachineCopy[]> {
    checkForkable(this.#going().core, count);
    await this.#restored();
    return await atRest(this.#going(), options, (vm) => copyMachine(vm, count));
  }

  /** As `Vm.snapshot`. */
  async snapshot(options: SnapshotOptions): Promise<SnapshotInfo> {
    // Callers in JavaScript have no compiler that would tell them.
    if (typeof options?.store?.begin !== 'function') {
      throw new ConfigurationError(
        "a snapshot needs a 'store': memorySnapshots(), openSnapshotFolder(path) and openSnapshotFile(path) give one",
      );
    }
    checkForkable(this.#going().core);
    await this.#restored();
    const vm = this.#going();
    const frozen = await atRest(vm, options, () => new FrozenMachine(vm));
    options.frozen?.();
    const { boots, epoch } = frozen;
    const { scheduler } = this.#host;
    const client = scheduler.join();
    const withdraw = this.#host.lend(() => frozen.thawMemory());
    try {
      const info = await writeSnapshot(
        frozen,
        () => contentsOf(vm.spec.plan),
        options,
        this.#sinceOf(options, boots),
        () => scheduler.events(client),
      );
      const marks = frozen.drives.map((drive) => drive?.mark);
      this.#taken.set(info.id, { store: options.store, boots, epoch, marks });
      return info;
    } finally {
      withdraw();
      await frozen.thaw();
    }
  }

  #sinceOf({ store, parent }: SnapshotOptions, boots: number): Taken | undefined {
    const id = typeof parent === 'string' ? parent : parent?.id;
    const taken = id === undefined ? undefined : this.#taken.get(id);
    // After a reboot it is another machine, of which all is new.
    return taken?.store === store && taken.boots === boots ? taken : undefined;
  }
}

async function contentsOf(plan: BootPlan) {
  return (await plan.load?.()) ?? plan.contents;
}
