import { VmStoppedError, VmTimeoutError } from '../core/errors.js';
import { type Clock, secondsToTicks } from './clock.js';
import { describeStop, type StopReason } from './stop-reason.js';

/** Limits of a wait. */
export interface WaitOptions {
  /** Milliseconds of the VM's clock: guest time if it is virtual, else real time. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

interface Alarm {
  readonly at: bigint;
  readonly fire: () => void;
}

/** How a wait ends; only the first call counts. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

interface OpenWait {
  stop(reason: StopReason): void;
  fail(error: unknown): void;
}

/**
 * Those who wait for something a VM does. Every wait ends: with what was awaited, at its time limit,
 * when it is aborted, or when the VM stops. Under a virtual clock an idle VM's time passes only while
 * somebody waits.
 */
export class Waits {
  readonly #clock: Clock;
  /** Ticks now, of a virtual clock. */
  readonly #time: () => bigint;
  readonly #onChange: () => void;
  readonly #open = new Set<OpenWait>();
  readonly #alarms = new Set<Alarm>();
  #stopped: StopReason | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(clock: Clock, time: () => bigint, onChange: () => void) {
    this.#clock = clock;
    this.#time = time;
    this.#onChange = onChange;
  }

  /** Whether anybody waits. */
  get any(): boolean {
    return this.#open.size > 0;
  }

  /** When the first time limit of a virtual clock ends. */
  get nextAlarm(): bigint | undefined {
    let next: bigint | undefined;
    for (const { at } of this.#alarms) if (next === undefined || at < next) next = at;
    return next;
  }

  /** Ends the waits whose limit a virtual clock has reached. */
  ring(): void {
    const now = this.#time();
    for (const alarm of [...this.#alarms]) if (alarm.at <= now) alarm.fire();
  }

  /** What the guest needs cannot be had: whoever waits for it to do something, now or later, is told `error`. */
  fail(error: unknown): void {
    this.#failure = { error };
    for (const wait of [...this.#open]) wait.fail(error);
  }

  /** The VM stopped: ends every wait, now and later. */
  stop(reason: StopReason): void {
    this.#stopped = reason;
    for (const wait of [...this.#open]) wait.stop(reason);
  }

  /**
   * Waits for what `begin` sets up; `begin` returns how to give up. `whenStopped` may turn the VM's
   * end into a result; otherwise it is an error that names `what`. A wait that
   * `outlivesFailure` is for what may still be: that the VM is stopped. If `begin` throws, the wait ends so.
   *
   * @throws VmTimeoutError, VmStoppedError, or the signal's reason.
   */
  until<T>(
    what: string,
    options: WaitOptions,
    begin: (settle: Settle<T>) => () => void,
    whenStopped?: (reason: StopReason) => T,
    outlivesFailure = false,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { timeout, signal } = options;
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = (reason: StopReason) => {
        if (whenStopped !== undefined) settle.resolve(whenStopped(reason));
        else {
          const cause = reason.error;
          settle.reject(new VmStoppedError(`${describeStop(reason)} before ${what}`, { cause }));
        }
      };
      let giveUp: (() => void) | undefined;
      let settled = false;
      const fail = (error: unknown) => {
        if (!outlivesFailure) settle.reject(error);
      };
      const entry = { stop, fail };
      const finish = () => {
        settled = true;
        this.#open.delete(entry);
        silence();
        signal?.removeEventListener('abort', abort);
        giveUp?.();
      };
      const settle: Settle<T> = {
        resolve: (value) => {
          if (settled) return;
          finish();
          resolve(value);
        },
        reject: (error) => {
          if (settled) return;
          finish();
          reject(error);
        },
      };
      const abort = () => settle.reject(signal?.reason);
      const silence =
        timeout === undefined
          ? () => {}
          : this.#alarm(timeout, () =>
              settle.reject(new VmTimeoutError(`${timeout / 1000} seconds passed before ${what}`)),
            );
      if (this.#stopped !== undefined) {
        stop(this.#stopped);
        return;
      }
      if (this.#failure !== undefined) fail(this.#failure.error);
      if (settled) return;
      signal?.addEventListener('abort', abort, { once: true });
      this.#open.add(entry);
      try {
        giveUp = begin(settle);
      } catch (error) {
        settle.reject(error);
      }
      if (settled) giveUp?.();
      this.#onChange();
    });
  }

  #alarm(milliseconds: number, fire: () => void): () => void {
    if (this.#clock.kind === 'real') {
      const timer = setTimeout(fire, Math.min(milliseconds, 0x7fff_ffff));
      return () => clearTimeout(timer);
    }
    const alarm = { at: this.#time() + secondsToTicks(milliseconds / 1000), fire };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }
}
