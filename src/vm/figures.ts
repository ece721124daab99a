import { LayoutValue, PAGE_SIZE } from '../core/abi.js';
import type { Core } from '../core/core.js';
import type { ExitName } from '../core/exit-reason.js';
import type { GuestMachine } from './guest-machine.js';
import type { Client } from './sched/client.js';

/** `paused`: it stands for its debugger, or where it was sent by `runTo`. */
export type VmState = 'created' | 'running' | 'paused' | 'stopped';

/** What a VM uses of its host. All that counts up does so since the VM was made; a fork begins with its parent's counts. */
export interface VmFigures {
  /** Its number on its host. */
  readonly id: number;
  readonly name: string;
  readonly state: VmState;
  /** Milliseconds that it has had the thread; a fork begins with none. */
  readonly cpu: number;
  readonly steps: number;
  /** Runs of the core by what they ended with. */
  readonly exits: Readonly<Record<ExitName, number>>;
  /** Bytes of the host's memory, control blocks with them. */
  readonly memory: {
    /** Its alone. */
    readonly exclusive: number;
    /** It has them with other VMs: none is copied before one of them changes it. */
    readonly shared: number;
    /**
     * What it would take more if nothing were shared. `exclusive + shared - saved` of all VMs is what the host has in
     * use, but for a page of its own.
     */
    readonly saved: number;
  };
  /**
   * Pages that changed. Each is counted once from one look at these figures to the next, from the first on: take
   * the difference of two.
   */
  readonly dirtyPages: number;
}

/** What a VM's machine and its scheduler have counted. */
type Counted = Omit<VmFigures, 'id' | 'name' | 'state'>;

/** Takes a VM's figures. */
export class FigureCounter {
  readonly #core: Core;
  readonly #machine: GuestMachine;
  readonly #client: Client;
  /** The machine in the core that was looked at last, and the epoch that ended then. */
  #handle = 0;
  #epoch = 0;
  #dirtyPages = 0;

  constructor(core: Core, machine: GuestMachine, client: Client) {
    this.#core = core;
    this.#machine = machine;
    this.#client = client;
  }

  take(): Counted {
    const memory = this.#memory();
    return {
      cpu: this.#client.charged,
      steps: Number(this.#machine.steps()),
      exits: this.#machine.exits(),
      memory,
      dirtyPages: this.#dirtyPages,
    };
  }

  /** Looks at all pages of the VM once, and begins an epoch. */
  #memory(): VmFigures['memory'] {
    const { handle, harts } = this.#machine;
    if (handle === 0) return { exclusive: 0, shared: 0, saved: 0 };
    const core = this.#core;
    const isKnown = handle === this.#handle;
    core.exports.vmAccount(handle, this.#epoch);
    const { buffer } = core.memory;
    const account = new DataView(buffer, core.layout(LayoutValue.Transfer));
    const part = account.getFloat64(0, true);
    const exclusive = account.getUint32(8, true);
    const shared = account.getUint32(12, true);
    if (isKnown) this.#dirtyPages += account.getUint32(16, true);
    this.#handle = handle;
    this.#epoch = core.exports.vmBeginEpoch(handle) >>> 0;
    const blocks = core.layout(LayoutValue.VmFrames) + harts * core.layout(LayoutValue.HartFrames);
    return {
      exclusive: (exclusive + blocks) * PAGE_SIZE,
      shared: shared * PAGE_SIZE,
      saved: Math.round((exclusive + shared - part) * PAGE_SIZE),
    };
  }
}
