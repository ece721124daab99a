import type { Core } from '../core/core.js';
import { DebugError } from '../core/errors.js';
import type { GuestMachine } from './guest-machine.js';
import type { Settle } from './waits.js';

/** Why a VM stands still for its debugger. */
export interface DebugStop {
  /**
   * `paused`: it was asked to. `breakpoint`, `watchpoint`: the hart is before the instruction, and
   * nothing of it was done. `step`: the step asked for is done.
   */
  readonly kind: 'paused' | 'breakpoint' | 'watchpoint' | 'step';
  readonly hart: number;
  /** Of a breakpoint its pc, of a watchpoint the first watched byte of the access. */
  readonly address?: bigint;
  /** Of a watchpoint; an atomic that reads and writes counts as a write. */
  readonly access?: 'read' | 'write';
}

/** What the core says about its exit for a debugger. */
export function debugStopOf(core: Core, machine: GuestMachine): DebugStop {
  const said = (which: number) => core.exports.vmDebugStop(machine.handle, which);
  const hart = Number(said(0));
  const address = BigInt.asUintN(64, said(2));
  const kind = Number(said(1));
  if (kind === 0) return { kind: 'breakpoint', hart, address };
  return { kind: 'watchpoint', hart, address, access: kind === 1 ? 'read' : 'write' };
}

/** A step that a debugger asked for. */
export interface StepRequest {
  readonly hart: number;
  readonly settle: Settle<DebugStop>;
}

/** How a run to a step count ended: `idle` is for good, since no timer is set; `stopped` is the VM. */
export type Arrival = 'reached' | 'idle' | 'stopped';

/** Where a VM is to come to stand, in steps since its start. */
export interface Destination {
  readonly steps: bigint;
  readonly arrive: (how: Arrival) => void;
}

const wentOn = () => new DebugError('the VM went on before the step began: pause it again');

/**
 * Where a debugger holds the run loop.
 *
 * ```
 *   moves ── hold ──▶ (the call into the core ends) ── arrive ──▶ stands ── release ──▶ moves
 *                                                                │    ▲
 *                                                                └step┘
 * ```
 */
export class Hold {
  /** Whether the VM is to stand. */
  holds = false;
  /** Whether it does. */
  stands = false;
  /** Told each time the VM comes to stand, and why. */
  readonly listeners = new Set<(stop: DebugStop) => void>();
  /** Virtual clock: no step beyond it is taken. */
  destination: Destination | undefined;
  readonly #arrivals = new Set<() => void>();
  readonly #steps: StepRequest[] = [];
  #why: DebugStop | undefined;
  #ended: Error | undefined;

  /** The VM is to stand; of several reasons the first is told. */
  hold(why: DebugStop): void {
    this.holds = true;
    this.#why ??= why;
  }

  release(): void {
    this.holds = false;
    this.#why = undefined;
    this.#tellArrivals();
  }

  /** The VM is to go on, as far as that. */
  goTo(destination: Destination): void {
    this.destination = destination;
    this.release();
  }

  /** For the run loop: the VM is there, or can get no further. */
  endJourney(how: Arrival): void {
    const arrived = this.destination;
    this.destination = undefined;
    this.hold({ kind: 'paused', hart: 0 });
    arrived?.arrive(how);
  }

  /** For the run loop: it stands, or still does after it was to go on and to stand again. */
  arrive(): void {
    this.stands = true;
    const why = this.#why;
    this.#why = undefined;
    this.#tellArrivals();
    if (why !== undefined) for (const listener of [...this.listeners]) listener(why);
  }

  /** For the run loop: it moves; steps that were not done are rejected. */
  leave(error: Error = wentOn()): void {
    this.stands = false;
    for (const { settle } of this.#steps.splice(0)) settle.reject(error);
  }

  /** For the run loop: the VM has ended; no step will be done, and nobody waits for it to stand. */
  end(error: Error): void {
    this.#ended = error;
    this.leave(error);
    this.#tellArrivals();
  }

  #tellArrivals(): void {
    for (const arrival of [...this.#arrivals]) arrival();
    this.#arrivals.clear();
  }

  /** Resolves when the VM stands, has ended, or is no longer to stand. */
  arrived(): Promise<void> {
    return this.stands || this.#ended !== undefined
      ? Promise.resolve()
      : new Promise((resolve) => this.#arrivals.add(() => resolve()));
  }

  askStep(request: StepRequest): void {
    if (this.#ended !== undefined) request.settle.reject(this.#ended);
    else if (!this.holds) request.settle.reject(wentOn());
    else this.#steps.push(request);
  }

  nextStep(): StepRequest | undefined {
    return this.#steps.shift();
  }
}
