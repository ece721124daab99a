import { HartwoodError, InternalError, VmStoppedError } from '../core/errors.js';
import { ExitReason } from '../core/exit-reason.js';
import { shortage } from '../core/guest-memory.js';
import type { VirtioBus } from '../machine/virtio/bus.js';
import { type Clock, ticksToMs } from './clock.js';
import type { Console } from './console.js';
import { type ExitParts, Exits } from './exits.js';
import { Gate } from './gate.js';
import { type Arrival, type DebugStop, debugStopOf, type Hold } from './hold.js';
import { Pacer } from './pacer.js';
import type { RunObserver, RunPhase } from './run-observer.js';
import { describeStop, type StopReason } from './stop-reason.js';
import type { Waits } from './waits.js';

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
]);
/** Doorbells are served without a turn of the event loop for so long, in milliseconds. */
const LONGEST_STRETCH = 2;

/** The UART's console is `serial`, which is not always the one that people type on. */
export interface RunLoopParts extends ExitParts {
  readonly clock: Clock;
  readonly bus: VirtioBus;
  /** All consoles; while a reader of one is behind, the VM stands still. */
  readonly consoles: readonly Console[];
  /** The console with the shell. */
  readonly console: Console;
  readonly waits: Waits;
  readonly yieldToEvents: () => Promise<void>;
  /** Where a debugger holds the VM. */
  readonly hold: Hold;
}

/**
 * Runs one VM: gives it steps, serves its exits, carries bytes between its UART and the host, and
 * sleeps while it idles.
 *
 * Under a virtual clock the VM stands still while input and output are exchanged, and that happens
 * only where the guest decides: when it idles, when its output ring fills, and every EXCHANGE_STEPS.
 */
export class RunLoop {
  readonly gate = new Gate();
  /** Follows what the loop does, where somebody measures it. */
  observer: RunObserver | undefined;
  readonly #parts: RunLoopParts;
  readonly #pacer = new Pacer();
  readonly #exits: Exits;
  readonly #onPrompt: () => void;
  #stopping = false;
  #tellStop = () => {};
  readonly #stopAsked = new Promise<void>((resolve) => {
    this.#tellStop = resolve;
  });
  /** When the event loop had its last turn. */
  #yieldedAt = 0;

  /** `onPrompt` is called when the guest idles behind the prompt of a shell. */
  constructor(parts: RunLoopParts, onPrompt: () => void) {
    this.#parts = parts;
    this.#exits = new Exits(parts);
    this.#onPrompt = onPrompt;
  }

  /** Asks the loop to end. */
  stop(): void {
    this.#stopping = true;
    this.#tellStop();
    this.gate.wake();
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
        if (this.#stopping) return { kind: 'host', code: 0 };
      }
    } catch (error) {
      return asStop(error);
    } finally {
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
    const { core, machine, clock, bus, hold } = this.#parts;
    const before = machine.steps();
    const { destination } = hold;
    if (destination !== undefined && before >= destination.steps) return this.#arrive('reached');
    const exchange = exchangeAfter(before);
    let budget = BigInt(this.#pacer.budget);
    if (bus.busy) budget = budget / BigInt(BUSY_DIVISOR) + 1n;
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
    const { core, machine, clock, hold } = this.#parts;
    clock.halt();
    while (hold.holds && !this.#stopping) {
      hold.arrive();
      const request = hold.nextStep();
      if (request === undefined) {
        this.#enter('debugger');
        await this.gate.sleep();
        this.#enter('exits');
        continue;
      }
      const { hart, settle } = request;
      const exchange = exchangeAfter(machine.steps());
      const reason = core.step(machine.handle, hart, clock.now(), clock.rate(this.#pacer));
      const done: DebugStop =
        reason === ExitReason.Debug ? debugStopOf(core, machine) : { kind: 'step', hart };
      const stop = await this.#follow(reason, exchange);
      if (stop !== undefined) {
        settle.reject(new VmStoppedError(`${describeStop(stop)} by this step`));
        return stop;
      }
      settle.resolve(done);
    }
    hold.leave();
    clock.proceed();
    return undefined;
  }

  /** What follows from a call into the core that began before step `exchange`. */
  async #follow(reason: ExitReason, exchange: bigint): Promise<StopReason | undefined> {
    const { core, machine, clock, bus, hold } = this.#parts;
    this.#enter('devices');
    bus.serve();
    this.#enter('exits');
    const stop = this.#exits.serve(reason);
    if (stop !== undefined) return stop;
    if (bus.takeShortage()) return asStop(shortage(core));
    if (clock.kind === 'virtual') {
      // Answers take no virtual time, and neither do readers.
      await this.#answersCome();
      if (CUTS.has(reason) && machine.steps() < exchange) {
        await this.#readersCatchUp();
        return this.#breathe();
      }
    } else if (reason === ExitReason.Doorbell && !this.#congested && this.#isFresh()) {
      return undefined;
    }
    this.#exits.takeOutput();
    this.#parts.waits.ring();
    await this.#yield();
    await this.#readersCatchUp();
    const given = this.#give();
    if (clock.kind === 'virtual') await this.#answersCome();
    const stirred = bus.takeStirred();
    const idle = reason === ExitReason.Idle && !given && !stirred;
    if (idle && !this.#stopping && !hold.holds && !this.#isThere) {
      this.#enter('idle');
      await this.#idle();
      this.#enter('exits');
    }
    return undefined;
  }

  /** Virtual clock: waits until back ends owe the guest nothing and have looked at all their queues. */
  async #answersCome(): Promise<void> {
    const { bus } = this.#parts;
    do {
      this.#enter('answers');
      if (bus.busy) await Promise.race([bus.settled(), this.#stopAsked]);
      await this.#breathe();
      this.#enter('devices');
      bus.serve();
    } while ((bus.catchUp() || bus.busy) && !this.#stopping);
    this.#enter('exits');
  }

  get #congested(): boolean {
    return this.#parts.consoles.some((console) => console.congested);
  }

  /** Waits for those who read the consoles, unless a debugger wants to see the VM now. */
  async #readersCatchUp(): Promise<void> {
    while (this.#congested && !this.#stopping && !this.#parts.hold.holds) {
      this.#enter('readers');
      await this.gate.sleep();
      this.#enter('exits');
    }
  }

  /** Whether the event loop had its turn only just now. */
  #isFresh(): boolean {
    return performance.now() - this.#yieldedAt < LONGEST_STRETCH;
  }

  /** Gives the event loop its turn if it is due. */
  async #breathe(): Promise<undefined> {
    if (!this.#isFresh()) await this.#yield();
  }

  async #yield(): Promise<void> {
    this.#enter('events');
    await this.#parts.yieldToEvents();
    this.#yieldedAt = performance.now();
    this.#enter('exits');
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

  async #idle(): Promise<void> {
    const { machine, clock, console, hold } = this.#parts;
    if (console.atPrompt) this.#onPrompt();
    const deadline = machine.deadline();
    if (clock.kind === 'real') {
      if (deadline === undefined) return this.gate.sleep();
      const wait = ticksToMs(deadline - clock.now());
      return wait > 0 ? this.gate.sleep(wait) : undefined;
    }
    const waits = this.#parts.waits;
    const alarm = waits.nextAlarm;
    const next = deadline === undefined || (alarm ?? deadline) < deadline ? alarm : deadline;
    if (next === undefined && hold.destination !== undefined) return this.#arrive('idle');
    if (!waits.any || next === undefined) return this.gate.sleep();
    machine.skipTo(next);
    waits.ring();
  }
}

/** The step at which input and output are exchanged next, under a virtual clock. */
function exchangeAfter(steps: bigint): bigint {
  return (steps / EXCHANGE_STEPS + 1n) * EXCHANGE_STEPS;
}

/** The end of a VM that failed. */
export function asStop(error: unknown): StopReason {
  const known =
    error instanceof HartwoodError
      ? error
      : new InternalError(`the host layer failed: ${error}`, { cause: error });
  return { kind: known.code === 'memory' ? 'memory' : 'internal', code: 0, error: known };
}
