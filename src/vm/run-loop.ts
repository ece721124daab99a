import { Port } from '../core/abi.js';
import type { Core } from '../core/core.js';
import { HartwoodError, InternalError, VmStoppedError } from '../core/errors.js';
import { ExitReason } from '../core/exit-reason.js';
import { shortage } from '../core/guest-memory.js';
import type { VirtioBus } from '../machine/virtio/bus.js';
import type { Agent } from './agent/agent.js';
import { type Clock, ticksToMs, ticksToSeconds } from './clock.js';
import type { Console } from './console.js';
import { Gate } from './gate.js';
import type { GuestMachine } from './guest-machine.js';
import type { DebugStop, Hold } from './hold.js';
import { serveHtif } from './htif.js';
import { Pacer } from './pacer.js';
import { describeStop, type StopReason } from './stop-reason.js';
import type { Waits } from './waits.js';

/**
 * Virtual clock: a guest that never idles is stopped at multiples of so many steps (42 ms of guest
 * time) to exchange input and output, so that these happen at the same step however fast the host is.
 */
const EXCHANGE_STEPS = 1n << 22n;
/** A guest that reboots so often, each time within so many of its seconds, will never get further. */
const RESET_LOOP = 5;
const RESET_LOOP_SECONDS = 5;
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

export interface RunLoopParts {
  readonly core: Core;
  readonly machine: GuestMachine;
  readonly clock: Clock;
  readonly bus: VirtioBus;
  /** The UART's console, which is not always the one that people type on. */
  readonly serial: Console;
  /** All consoles; while a reader of one is behind, the VM stands still. */
  readonly consoles: readonly Console[];
  /** The console with the shell. */
  readonly console: Console;
  readonly agent: Agent;
  readonly waits: Waits;
  readonly yieldToEvents: () => Promise<void>;
  readonly reboots: boolean;
  /** Where a debugger holds the VM. */
  readonly hold: Hold;
  /** Called when a rebooted guest is about to begin. */
  readonly onReboot: () => void;
}

/**
 * Runs one VM: gives it steps, serves its exits, carries bytes between its UARTs and the host, and
 * sleeps while it idles.
 *
 * Under a virtual clock the VM stands still while input and output are exchanged, and that happens
 * only where the guest decides: when it idles, when its output ring fills, and every EXCHANGE_STEPS.
 */
export class RunLoop {
  readonly gate = new Gate();
  readonly #parts: RunLoopParts;
  readonly #pacer = new Pacer();
  readonly #onPrompt: () => void;
  #stopping = false;
  #quickResets = 0;
  #resetAt = 0n;
  /** When the event loop had its last turn. */
  #yieldedAt = 0;

  /** `onPrompt` is called when the guest idles behind the prompt of a shell. */
  constructor(parts: RunLoopParts, onPrompt: () => void) {
    this.#parts = parts;
    this.#onPrompt = onPrompt;
  }

  /** Asks the loop to end. */
  stop(): void {
    this.#stopping = true;
    this.gate.wake();
  }

  /** Runs until the guest ends or `stop` is called, and its devices have finished; never throws. */
  async run(): Promise<StopReason> {
    const stop = await this.#runToEnd();
    const { bus } = this.#parts;
    bus.detach();
    try {
      await bus.close();
    } catch (error) {
      return stop.error === undefined ? asStop(error) : stop;
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
      this.#parts.hold.leave(new VmStoppedError('the VM ended'));
      try {
        this.#take();
      } catch {
        // The core is broken, and why has been told already; what it still held is lost.
      }
    }
  }

  /** One call into the core and what follows from it. */
  async #turn(): Promise<StopReason | undefined> {
    const { core, machine, clock, bus, hold } = this.#parts;
    const before = machine.steps();
    const exchange = exchangeAfter(before);
    let budget = BigInt(this.#pacer.budget);
    if (bus.busy) budget = budget / BigInt(BUSY_DIVISOR) + 1n;
    if (clock.kind === 'virtual' && before + budget > exchange) budget = exchange - before;

    const began = performance.now();
    const reason = core.run(machine.handle, budget, clock.now(), clock.rate(this.#pacer));
    const took = performance.now() - began;
    this.#pacer.record(Number(budget), Number(machine.steps() - before), took);
    if (reason === ExitReason.Debug) hold.hold(this.#debugStop());
    return this.#follow(reason, exchange);
  }

  /** Stands still for the debugger, but for the steps that it asks for. */
  async #stand(): Promise<StopReason | undefined> {
    const { core, machine, clock, hold } = this.#parts;
    clock.halt();
    while (hold.holds && !this.#stopping) {
      hold.arrive();
      const request = hold.nextStep();
      if (request === undefined) {
        await this.gate.sleep();
        continue;
      }
      const { hart, settle } = request;
      const exchange = exchangeAfter(machine.steps());
      const reason = core.step(machine.handle, hart, clock.now(), clock.rate(this.#pacer));
      const done: DebugStop =
        reason === ExitReason.Debug ? this.#debugStop() : { kind: 'step', hart };
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

  /** What the core says about its exit for a debugger. */
  #debugStop(): DebugStop {
    const { core, machine } = this.#parts;
    const said = (which: number) => core.exports.vmDebugStop(machine.handle, which);
    const hart = Number(said(0));
    const address = BigInt.asUintN(64, said(2));
    const kind = Number(said(1));
    if (kind === 0) return { kind: 'breakpoint', hart, address };
    return { kind: 'watchpoint', hart, address, access: kind === 1 ? 'read' : 'write' };
  }

  /** What follows from a call into the core that began before step `exchange`. */
  async #follow(reason: ExitReason, exchange: bigint): Promise<StopReason | undefined> {
    const { core, machine, clock, bus, consoles, hold } = this.#parts;
    bus.serve();
    const stop = this.#serve(reason);
    if (stop !== undefined) return stop;
    if (bus.takeShortage()) return asStop(shortage(core));
    const congested = consoles.some((console) => console.congested);
    if (clock.kind === 'virtual') {
      // Answers take no virtual time.
      if (bus.busy) await bus.settled();
      const cut = CUTS.has(reason) && machine.steps() < exchange;
      if (cut && !congested) return this.#breathe();
    } else if (reason === ExitReason.Doorbell && !congested && this.#isFresh()) {
      return undefined;
    }
    this.#take();
    this.#parts.waits.ring();
    await this.#parts.yieldToEvents();
    this.#yieldedAt = performance.now();
    while (consoles.some((each) => each.congested) && !this.#stopping && !hold.holds) {
      await this.gate.sleep();
    }
    const given = this.#give();
    if (reason === ExitReason.Idle && !given && !this.#stopping && !hold.holds) await this.#idle();
    return undefined;
  }

  /** Whether the event loop had its turn only just now. */
  #isFresh(): boolean {
    return performance.now() - this.#yieldedAt < LONGEST_STRETCH;
  }

  /** Gives the event loop its turn if it is due. */
  async #breathe(): Promise<undefined> {
    if (this.#isFresh()) return;
    await this.#parts.yieldToEvents();
    this.#yieldedAt = performance.now();
  }

  #serve(reason: ExitReason): StopReason | undefined {
    const { core, machine } = this.#parts;
    switch (reason) {
      case ExitReason.Memory:
        return { kind: 'memory', code: 0, error: shortage(core) };
      case ExitReason.Htif:
        return this.#serveHtif();
      case ExitReason.Shutdown: {
        const code = core.exitCode(machine.handle);
        return { kind: code === 0 ? 'poweroff' : 'failure', code };
      }
      case ExitReason.Reset:
        return this.#reset();
      case ExitReason.Stopped:
        return { kind: 'halted', code: 0 };
      case ExitReason.Internal: {
        const cause = core.exitCode(machine.handle);
        throw new InternalError(`the core found its state broken (cause ${cause})`);
      }
      default:
        return undefined;
    }
  }

  #serveHtif(): StopReason | undefined {
    const { machine, serial } = this.#parts;
    const tohost = machine.plan.symbols.get('tohost');
    if (tohost === undefined) return undefined;
    const request = serveHtif(machine.ram, tohost, machine.plan.symbols.get('fromhost'));
    if (request.kind === 'exit') return { kind: 'exit', code: request.code };
    if (request.kind === 'console') {
      this.#take();
      serial.print(request.bytes);
    }
    return undefined;
  }

  #reset(): StopReason | undefined {
    const { machine, agent, reboots } = this.#parts;
    this.#take();
    const now = machine.time();
    const quick = ticksToSeconds(now - this.#resetAt) < RESET_LOOP_SECONDS;
    this.#quickResets = quick ? this.#quickResets + 1 : 0;
    this.#resetAt = now;
    if (!reboots || this.#quickResets >= RESET_LOOP) return { kind: 'reset', code: 0 };
    agent.reset();
    machine.restart();
    this.#parts.onReboot();
    return undefined;
  }

  /** Carries what the guest has sent by its UARTs to the host. */
  #take(): void {
    const { core, machine, serial } = this.#parts;
    if (machine.handle === 0) return;
    serial.print(core.takeOutput(machine.handle, Port.Console));
  }

  /** Carries what came from outside into the guest; whether its UARTs took any. */
  #give(): boolean {
    const { core, machine, serial, bus } = this.#parts;
    let given = 0;
    serial.type((bytes) => {
      const taken = core.giveInput(machine.handle, Port.Console, bytes);
      given += taken;
      return taken;
    });
    bus.pump();
    return given > 0;
  }

  async #idle(): Promise<void> {
    const { machine, clock, console } = this.#parts;
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
