import type { Core } from '../core/core.js';
import { InternalError } from '../core/errors.js';
import { ExitReason } from '../core/exit-reason.js';
import { shortage } from '../core/guest-memory.js';
import { ticksToSeconds } from './clock.js';
import type { Console } from './console.js';
import type { GuestMachine } from './guest-machine.js';
import { serveHtif } from './htif.js';
import type { StopReason } from './stop-reason.js';

/** A guest that reboots so often, each time within so many of its seconds, will never get further. */
const RESET_LOOP = 5;
const RESET_LOOP_SECONDS = 5;

export interface ExitParts {
  readonly core: Core;
  readonly machine: GuestMachine;
  readonly serial: Console;
  readonly reboots: boolean;
  /** Has others on the host give memory back; whether there was any. */
  readonly reclaim: () => boolean;
  /** Called when a rebooted guest is about to begin. */
  readonly onReboot: () => void;
}

/** Serves the core's exits that end the machine, begin it anew, or want an answer at once. */
export class Exits {
  readonly #parts: ExitParts;
  #quickResets = 0;
  #resetAt = 0n;

  constructor(parts: ExitParts) {
    this.#parts = parts;
  }

  /**
   * Serves one exit; how the VM ended by it, if it did. Only a reboot takes its time.
   *
   * @throws InternalError if the core found its state broken; MemoryShortageError at a reboot
   */
  serve(reason: ExitReason): StopReason | undefined | Promise<StopReason | undefined> {
    const { core, machine } = this.#parts;
    switch (reason) {
      case ExitReason.Memory:
        if (this.#parts.reclaim()) return undefined;
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

  /** Carries what the guest has sent by its UART to the host. */
  takeOutput(): void {
    const { core, machine, serial } = this.#parts;
    if (machine.handle !== 0) serial.print(core.takeOutput(machine.handle));
  }

  #serveHtif(): StopReason | undefined {
    const { machine, serial } = this.#parts;
    const tohost = machine.plan.symbols.get('tohost');
    if (tohost === undefined) return undefined;
    const request = serveHtif(machine.ram, tohost, machine.plan.symbols.get('fromhost'));
    if (request.kind === 'exit') return { kind: 'exit', code: request.code };
    if (request.kind === 'console') {
      this.takeOutput();
      serial.print(request.bytes);
    }
    return undefined;
  }

  async #reset(): Promise<StopReason | undefined> {
    const { machine, reboots, onReboot, reclaim } = this.#parts;
    this.takeOutput();
    const now = machine.time();
    const quick = ticksToSeconds(now - this.#resetAt) < RESET_LOOP_SECONDS;
    this.#quickResets = quick ? this.#quickResets + 1 : 0;
    this.#resetAt = now;
    if (!reboots || this.#quickResets >= RESET_LOOP) return { kind: 'reset', code: 0 };
    await machine.restart(reclaim, onReboot);
    return undefined;
  }
}
