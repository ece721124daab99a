import type { VirtioBus } from '../machine/virtio/bus.js';
import { type Clock, ticksToMs } from './clock.js';
import type { Console } from './console.js';
import { Gate } from './gate.js';
import type { GuestMachine } from './guest-machine.js';
import type { Hold } from './hold.js';
import type { RunPhase } from './run-observer.js';
import type { Client } from './sched/client.js';
import type { Scheduler } from './sched/scheduler.js';
import type { Waits } from './waits.js';

export interface PauseParts {
  readonly machine: GuestMachine;
  readonly clock: Clock;
  readonly bus: VirtioBus;
  /** All consoles; while a reader of one is behind, the VM stands still. */
  readonly consoles: readonly Console[];
  /** The console with the shell. */
  readonly console: Console;
  readonly waits: Waits;
  /** Where a debugger holds the VM. */
  readonly hold: Hold;
  /** Shares the thread among the VMs. */
  readonly scheduler: Scheduler;
}

/** Where a run loop waits: for its turn, for answers, readers and timers. Other VMs run meanwhile. */
export class Pauses {
  readonly gate: Gate;
  /** This VM, as the scheduler knows it. */
  readonly client: Client;
  readonly #parts: PauseParts;
  /** Told of what it waits for. */
  readonly #enter: (phase: RunPhase) => void;
  readonly #onPrompt: () => void;
  readonly #bring: () => Promise<boolean>;
  #stopping = false;
  #tellStop = () => {};
  readonly #stopAsked = new Promise<void>((resolve) => {
    this.#tellStop = resolve;
  });

  /**
   * @param onPrompt called when the guest idles behind the prompt of a shell
   * @param bring has the page brought that a request waits for; whether there was one
   */
  constructor(
    parts: PauseParts,
    enter: (phase: RunPhase) => void,
    onPrompt: () => void,
    bring: () => Promise<boolean>,
  ) {
    this.#parts = parts;
    this.gate = new Gate(parts.scheduler.alarms);
    this.client = parts.scheduler.join();
    this.#enter = enter;
    this.#onPrompt = onPrompt;
    this.#bring = bring;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Ends all waits, now and later, but that for a turn. */
  stop(): void {
    this.#stopping = true;
    this.#tellStop();
    this.gate.wake();
  }

  /** Waits until the VM has the thread; undefined if it does. */
  turn(): Promise<void> | undefined {
    const { scheduler } = this.#parts;
    const turn = scheduler.turn(this.client);
    return turn === undefined ? undefined : this.#spend('events', turn);
  }

  /** Leaves the thread, and lets the event loop have its turn. */
  events(): Promise<void> {
    return this.#spend('events', this.#parts.scheduler.events(this.client));
  }

  /** Leaves the thread until there is something to do, or for so many milliseconds. */
  sleep(phase: RunPhase, milliseconds?: number): Promise<void> {
    return this.away(phase, this.gate.sleep(milliseconds));
  }

  /** Leaves the thread while something is done that the VM cannot go on without. */
  away<T>(phase: RunPhase, work: Promise<T>): Promise<T> {
    this.#parts.scheduler.leave(this.client);
    return this.#spend(phase, work);
  }

  async #spend<T>(phase: RunPhase, wait: Promise<T>): Promise<T> {
    this.#enter(phase);
    try {
      return await wait;
    } finally {
      this.#enter('exits');
    }
  }

  get congested(): boolean {
    return this.#parts.consoles.some((console) => console.congested);
  }

  /** Waits for those who read the consoles, unless a debugger wants to see the VM now. */
  async readersCatchUp(): Promise<void> {
    while (this.congested && !this.#stopping && !this.#parts.hold.holds) {
      await this.sleep('readers');
    }
  }

  /** Virtual clock: waits until back ends owe the guest nothing and have looked at all their queues. */
  async answersCome(): Promise<void> {
    const { bus, scheduler } = this.#parts;
    let brought = false;
    do {
      this.#enter('answers');
      if (bus.busy || bus.rests) {
        scheduler.leave(this.client);
        await Promise.race([bus.settled().then(() => bus.going()), this.#stopAsked]);
      }
      if (!scheduler.isFresh) await this.turn();
      this.#enter('devices');
      bus.serve();
      brought = await this.#bring();
    } while ((bus.catchUp() || bus.busy || bus.rests || brought) && !this.#stopping);
    this.#enter('exits');
  }

  /**
   * Waits for the guest's next timer, or until somebody wakes the VM. Virtual clock: skips to the timer
   * if somebody waits for the VM.
   */
  async idle(): Promise<void> {
    const { machine, clock, console, hold, waits } = this.#parts;
    if (console.atPrompt) this.#onPrompt();
    const deadline = machine.deadline();
    if (clock.kind === 'real') {
      if (deadline === undefined) return this.sleep('idle');
      const wait = ticksToMs(deadline - clock.now());
      return wait > 0 ? this.sleep('idle', wait) : undefined;
    }
    const alarm = waits.nextAlarm;
    const next = deadline === undefined || (alarm ?? deadline) < deadline ? alarm : deadline;
    if (next === undefined && hold.destination !== undefined) return hold.endJourney('idle');
    if (!waits.any || next === undefined) return this.sleep('idle');
    machine.skipTo(next);
    waits.ring();
  }
}
