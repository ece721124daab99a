import { ConfigurationError, VmStoppedError } from '../core/errors.js';
import { returnDrives } from './drive-claims.js';
import { asStop } from './run-loop.js';
import { describeStop, type StopReason } from './stop-reason.js';
import type { Works } from './works.js';

/**
 * How a VM begins and ends, once each.
 *
 * ```
 *   created ── start, goOn ──▶ running ── guest ends, or stop ──▶ stopped
 * ```
 */
export class Life {
  /** How the VM ended, once it has. */
  readonly stopped: Promise<StopReason>;
  readonly #works: Works;
  #settle: (reason: StopReason) => void = () => {};
  #stop: StopReason | undefined;
  #startedAt = 0;
  #endedAt = 0;

  constructor(works: Works) {
    this.#works = works;
    this.stopped = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** When it was started, on the scale of `performance.now()`; 0 if it was not. */
  get startedAt(): number {
    return this.#startedAt;
  }

  get stop(): StopReason | undefined {
    return this.#stop;
  }

  /** Whether it was neither started nor stopped. */
  get isCreated(): boolean {
    return this.#startedAt === 0 && this.#stop === undefined;
  }

  /** Seconds from its start to its end, or to now. */
  get seconds(): number {
    const until = this.#stop === undefined ? performance.now() : this.#endedAt;
    return this.#startedAt === 0 ? 0 : (until - this.#startedAt) / 1000;
  }

  /** As `Vm.start`. */
  async start(): Promise<void> {
    if (!this.isCreated) {
      throw new ConfigurationError('the VM was started before; create another one');
    }
    this.#startedAt = performance.now();
    try {
      await this.#works.machine.start();
    } catch (error) {
      await this.#closeDevices();
      this.#end(asStop(error));
      throw error;
    }
    this.#run();
  }

  /** For a machine that has begun already. */
  goOn(): void {
    this.#startedAt = performance.now();
    this.#run();
  }

  #run(): void {
    const works = this.#works;
    works.isRunning = true;
    void works.loop.run().then(async (reason) => {
      await returnDrives(works.spec.devices.drives);
      works.restoring?.end();
      works.source?.close();
      this.#end(reason);
    });
  }

  /** For a VM that never ran; what a device fails at then is of no consequence. */
  async #closeDevices(): Promise<void> {
    const { peripherals, spec } = this.#works;
    peripherals.bus.detach();
    await peripherals.bus.close().catch(() => {});
    await returnDrives(spec.devices.drives);
  }

  #end(reason: StopReason): void {
    const { peripherals, waits } = this.#works;
    this.#works.isRunning = false;
    this.#stop = reason;
    this.#endedAt = performance.now();
    peripherals.serial.close();
    peripherals.terminal.close();
    waits.stop(reason);
    this.#settle(reason);
  }

  /** As `Vm.stop`. */
  async end(): Promise<StopReason> {
    if (this.#works.isRunning) this.#works.loop.stop();
    else if (this.isCreated) {
      this.#startedAt = performance.now();
      await this.#closeDevices();
      this.#end({ kind: 'host', code: 0 });
    }
    return this.stopped;
  }

  /** @throws ConfigurationError if the VM was not started; VmStoppedError. */
  mustRun(): void {
    if (this.#stop !== undefined) throw new VmStoppedError(describeStop(this.#stop));
    if (!this.#works.isRunning) {
      throw new ConfigurationError('the VM was not started; start it first');
    }
    if (this.#works.loop.isOver) throw new VmStoppedError('the VM is being stopped');
  }
}
