import type { Core } from '../core/core.js';
import { HartwoodError, InternalError, VmStoppedError } from '../core/errors.js';
import { ExitReason } from '../core/exit-reason.js';
import { shortage } from '../core/guest-memory.js';
import { type ExitParts, Exits } from './exits.js';
import type { Gate } from './gate.js';
import type { GuestMachine } from './guest-machine.js';
import { type Arrival, type DebugStop, debugStopOf } from './hold.js';
import { Pacer, TARGET_MS } from './pacer.js';
import { type PauseParts, Pauses } from './pauses.js';
import type { RunObserver, RunPhase } from './run-observer.js';
import type { Client } from './sched/client.js';
import { describeStop, type StopReason } from './stop-reason.js';

/**
 * Virtual clock: a guest that never idles is stopped at multiples of so many steps (42 ms of guest
 * time) to exchange input and output, so that these happen at the same step however fast the host is.
 */
const EXCHANGE_STEPS = 1n << 22n;
/** While a back end owes an answer, calls are this much shorter, so that the guest has it soon. */
const BUSY_DIVISOR = 8;
/** Exits by which a call is cut where the guest has not asked for it. */
const CUTS: ReadonlySet<ExitReason> = new Set([
  ExitReason.Budget,
  ExitReason.Doorbell,
  ExitReason.Debug,
  ExitReason.Pages,
]);
/** Exits before whose instruction nothing was done: it is to be repeated. */
const NOTHING_DONE: ReadonlySet<ExitReason> = new Set([ExitReason.Memory, ExitReason.Pages]);

/** The UART's console is `serial`, which is not always the one that people type on. */
export interface RunLoopParts extends ExitParts, PauseParts {
  /** What brings pages that the guest needs and that are still elsewhere. */
  readonly pages: { fill(page: number): Promise<void> } | undefined;
  /** Called with what it fails with: the guest cannot go on without the page. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Runs one VM: gives it steps, serves its exits, carries bytes between its UART and the host, and
 * sleeps while it idles.
 *
 * Under a virtual clock the VM stands still while input and output are exchanged, and that happens
 * only where the guest decides: when it idles, when its output ring fills, and every EXCHANGE_STEPS.
 */
export class RunLoop {
  /** Follows what the loop does, where somebody measures it. */
  observer: RunObserver | undefined;
  readonly #parts: RunLoopParts;
  readonly #pacer = new Pacer();
  readonly #exits: Exits;
  readonly #pauses: Pauses;
  /** What the last page that the guest needs could not be brought for. */
  #fault: unknown;
  #ended = false;

  /** `onPrompt` is called when the guest idles behind the prompt of a shell. */
  constructor(parts: RunLoopParts, onPrompt: () => void) {
    this.#parts = parts;
    this.#exits = new Exits(parts);
    const enter = (phase: RunPhase) => this.#enter(phase);
    this.#pauses = new Pauses(parts, enter, onPrompt, () => this.#fetch(parts.bus.takeMissing()));
  }

  /** Wakes the loop where it sleeps. */
  get gate(): Gate {
    return this.#pauses.gate;
  }

  /** The VM, as the host's scheduler knows it. */
  get client(): Client {
    return this.#pauses.client;
  }

  /** Whether the VM takes no step any more, though its devices may still have something to finish. */
  get isOver(): boolean {
    return this.#ended || this.#pauses.stopping;
  }

  /** Asks the loop to end. */
  stop(): void {
    this.#pauses.stop();
  }

  /** Runs until the guest ends or `stop` is called, and its devices have finished; never throws. */
  async run(): Promise<StopReason> {
    const stop = await this.#runToEnd();
    const { bus } = this.#parts;
    this.#enter('answers');
    bus.detach();
    try {
      await bus.close();
    } catch (error) {
      return stop.error === undefined ? asStop(error) : stop;
    } finally {
      this.#enter(undefined);
    }
    return stop;
  }

  async #runToEnd(): Promise<StopReason> {
    try {
      this.#give();
      for (;;) {
        const stop = await (this.#parts.hold.holds ? this.#stand() : this.#turn());
        if (stop !== undefined) return stop;
        if (this.#pauses.stopping) return { kind: 'host', code: 0 };
      }
    } catch (error) {
      return asStop(error);
    } finally {
      this.#ended = true;
      this.#parts.scheduler.leave(this.client);
      this.#parts.hold.end(new VmStoppedError('the VM ended'));
      try {
        this.#exits.takeOutput();
      } catch {
        // The core is broken, and why has been told already; what it still held is lost.
      }
    }
  }

  /** One call into the core and what follows from it. */
  async #turn(): Promise<StopReason | undefined> {
    const { core, machine, clock, bus, hold, scheduler } = this.#parts;
    const turn = this.#pauses.turn();
    if (turn !== undefined) {
      await turn;
      if (this.#pauses.stopping || hold.holds) return undefined;
    }
    const before = machine.steps();
    const { destination } = hold;
    if (destination !== undefined && before >= destination.steps) return this.#arrive('reached');
    const exchange = exchangeAfter(before);
    const longest = bus.busy ? TARGET_MS / BUSY_DIVISOR : TARGET_MS;
    let budget = BigInt(this.#pacer.budgetOf(Math.min(longest, scheduler.slice)));
    if (clock.kind === 'virtual' && before + budget > exchange) budget = exchange - before;
    if (destination !== undefined && before + budget > destination.steps) {
      budget = destination.steps - before;
    }

    let now = clock.now();
    const run = (steps: bigint, still = false) => {
      if (!still) now = clock.now();
      return core.run(machine.handle, steps, now, clock.rate(this.#pacer));
    };
    const began = performance.now();
    const { observer } = this;
    observer?.enter('core');
    const reason = observer === undefined ? run(budget) : observer.run(budget, run);
    observer?.enter('exits');
    const took = performance.now() - began;
    this.#pacer.record(Number(budget), Number(machine.steps() - before), took);
    if (reason === ExitReason.Debug) hold.hold(debugStopOf(core, machine));
    return this.#follow(reason, exchange);
  }

  /** Comes to stand where it was sent, with all that the guest has printed so far. */
  #arrive(how: Arrival): undefined {
    this.#exits.takeOutput();
    this.#parts.hold.endJourney(how);
  }

  /** Whether the VM has taken the steps that it was to take; time must not pass either then. */
  get #isThere(): boolean {
    const { machine, hold } = this.#parts;
    return hold.destination !== undefined && machine.steps() >= hold.destination.steps;
  }

  /** Stands still for the debugger, but for the steps that it asks for. */
  async #stand(): Promise<StopReason | undefined> {
    const { core, machine, bus, clock, hold } = this.#parts;
    clock.halt();
    while (hold.holds && !this.#pauses.stopping) {
      hold.arrive();
      const turn = this.#pauses.turn();
      if (turn !== undefined) {
        await turn;
        continue;
      }
      const request = hold.nextStep();
      if (request === undefined) {
        await this.#pauses.sleep('debugger');
        continue;
      }
      const { hart, settle } = request;
      let done: DebugStop = { kind: 'step', hart };
      let reason: ExitReason;
      do {
        const exchange = exchangeAfter(machine.steps());
        reason = core.step(machine.handle, hart, clock.now(), clock.rate(this.#pacer));
        if (reason === ExitReason.Debug) done = debugStopOf(core, machine);
        const stop = await this.#follow(reason, exchange);
        if (stop !== undefined) {
          settle.reject(new VmStoppedError(`${describeStop(stop)} by this step`));
          return stop;
        }
      } while (NOTHING_DONE.has(reason) && this.#fault === undefined);
      if (NOTHING_DONE.has(reason)) settle.reject(this.#fault);
      else settle.resolve(done);
    }
    // What requests wait for may be there now.
    bus.roomMade();
    hold.leave();
    clock.proceed();
    return undefined;
  }

  /** What follows from a call into the core that began before step `exchange`. */
  async #follow(reason: ExitReason, exchange: bigint): Promise<StopReason | undefined> {
    const { core, machine, clock, bus, hold } = this.#parts;
    const pauses = this.#pauses;
    this.#enter('devices');
    bus.serve();
    this.#enter('exits');
    const served = this.#exits.serve(reason);
    // A reboot may have to read its images again.
    const stop = served instanceof Promise ? await pauses.away('exits', served) : served;
    if (stop !== undefined) {
      // From now on nobody makes a copy of it.
      this.#ended = true;
      return stop;
    }
    if (bus.takeShortage()) {
      if (!this.#parts.reclaim()) return asStop(shortage(core));
      bus.roomMade();
    }
    const isShort = reason === ExitReason.Pages;
    await this.#fetch(isShort ? missingPage(core, machine) : bus.takeMissing());
    if (clock.kind === 'virtual') {
      // Answers take no virtual time, and neither do readers.
      await pauses.answersCome();
      if (CUTS.has(reason) && machine.steps() < exchange) {
        await pauses.readersCatchUp();
        return undefined;
      }
    } else if (this.#goesOn(reason)) {
      return undefined;
    }
    this.#exits.takeOutput();
    this.#parts.waits.ring();
    await (this.#wantsEvents(reason) ? pauses.events() : pauses.turn());
    await pauses.readersCatchUp();
    const given = this.#give();
    if (clock.kind === 'virtual') await pauses.answersCome();
    const stirred = bus.takeStirred();
    const idle = reason === ExitReason.Idle && !given && !stirred;
    if (idle && !pauses.stopping && !hold.holds && !this.#isThere) await pauses.idle();
    return undefined;
  }

  /** Has a page brought that the guest cannot go on without, if there is one; whether there was. */
  async #fetch(page: number | undefined): Promise<boolean> {
    const { bus, pages, onFault } = this.#parts;
    if (page === undefined || pages === undefined) return false;
    this.#fault = undefined;
    try {
      await this.#pauses.away('answers', pages.fill(page));
      bus.roomMade();
    } catch (error) {
      this.#fault = error;
      onFault(error);
    }
    return true;
  }

  /** Real clock: whether the next call may follow at once. */
  #goesOn(reason: ExitReason): boolean {
    const { bus, scheduler } = this.#parts;
    if (this.#pauses.congested) return false;
    if (reason === ExitReason.Doorbell) return scheduler.goesOn(this.client, false);
    return reason === ExitReason.Budget && !bus.busy && scheduler.goesOn(this.client, true);
  }

  /** Whether something outside may have to happen before the guest gets further. */
  #wantsEvents(reason: ExitReason): boolean {
    const { clock, bus } = this.#parts;
    if (clock.kind === 'virtual' || this.#pauses.congested) return true;
    if (reason === ExitReason.Budget) return bus.busy;
    return reason !== ExitReason.Doorbell && reason !== ExitReason.Pages;
  }

  #enter(phase: RunPhase | undefined): void {
    this.observer?.enter(phase);
  }

  /** Carries what came from outside into the guest; whether its UART took any. */
  #give(): boolean {
    const { core, machine, serial, bus } = this.#parts;
    let given = 0;
    this.#enter('devices');
    bus.serve();
    bus.catchUp();
    bus.pump();
    this.#enter('exits');
    serial.type((bytes) => {
      const taken = core.giveInput(machine.handle, bytes);
      given += taken;
      return taken;
    });
    return given > 0;
  }
}

/** The step at which input and output are exchanged next, under a virtual clock. */
function exchangeAfter(steps: bigint): bigint {
  return (steps / EXCHANGE_STEPS + 1n) * EXCHANGE_STEPS;
}

function missingPage(core: Core, machine: GuestMachine): number {
  return (core.exports.vmMissing(machine.handle) >>> 0) - 1;
}

/** The end of a VM that failed. */
export function asStop(error: unknown): StopReason {
  const known =
    error instanceof HartwoodError
      ? error
      : new InternalError(`the host layer failed: ${error}`, { cause: error });
  return { kind: known.code === 'memory' ? 'memory' : 'internal', code: 0, error: known };
}
