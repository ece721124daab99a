import {
  type CoreExports,
  HART_COUNTERS,
  type HartCounter,
  LayoutValue,
  PAGE_SIZE,
  REGIME_COUNTERS,
  type RegimeCounter,
} from './abi.js';
import type { Engine, EngineInstance } from './engine.js';
import { ConfigurationError, InternalError, MemoryShortageError } from './errors.js';
import type { ExitReason } from './exit-reason.js';
import type { TranslationCounters } from './translate/counters.js';

/** Frame numbers have 20 bits: linear memory ends at 4 GiB. */
const FRAME_COUNT = 1 << 20;

/**
 * A host's memory and the core bound to it.
 *
 * Views of memory are fetched at each use: growth detaches them, so none is kept across a call.
 */
export class Core {
  readonly engine: Engine;
  readonly #instance: EngineInstance;
  #bytes = new Uint8Array(0);

  private constructor(engine: Engine) {
    this.engine = engine;
    this.#instance = engine.instantiate();
  }

  /**
   * A new memory that may hand out `bytes` for guests and their control blocks. Nothing is committed
   * before it is touched.
   *
   * @throws MemoryShortageError if linear memory, which ends at 4 GiB, has no room for so much.
   */
  static async create(engine: Engine, bytes: number): Promise<Core> {
    const core = new Core(engine);
    const frames = Math.floor(bytes / PAGE_SIZE);
    const room = FRAME_COUNT - core.layout(LayoutValue.FirstFrame);
    if (frames > room) {
      const most = Math.floor((room * PAGE_SIZE) / 2 ** 20);
      throw new MemoryShortageError(
        `a host's memory ends at ${most}M, but ${Math.ceil(bytes / 2 ** 20)}M were asked for`,
      );
    }
    core.exports.hostInitialize(frames);
    return core;
  }

  /**
   * Drops the core instance and binds a fresh one to the same memory: all machine state is there, so
   * guests go on as if nothing had happened.
   *
   * @throws ConfigurationError for an engine that keeps state elsewhere.
   */
  async rebind(): Promise<void> {
    if (this.#instance.rebind === undefined) {
      throw new ConfigurationError(
        `the engine '${this.engine.name}' cannot be replaced under its guests`,
      );
    }
    this.#instance.rebind();
  }

  /** How the translation of hot code fares; undefined where all is interpreted. */
  get translation(): TranslationCounters | undefined {
    return this.#instance.translator?.counters();
  }

  /** The raw exports, for what has no method here; u32 results may come back negative. */
  get exports(): CoreExports {
    return this.#instance.exports;
  }

  get memory(): EngineInstance['memory'] {
    return this.#instance.memory;
  }

  layout(which: number): number {
    return this.exports.layoutValue(which) >>> 0;
  }

  /** Frames of 4 KiB handed out, and how many may be. */
  framesUsed(): number {
    return this.exports.hostFramesUsed() >>> 0;
  }

  frameLimit(): number {
    return this.exports.hostFrameLimit() >>> 0;
  }

  /** All of memory, valid until the next call into the core. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  /**
   * A VM of `harts` harts, none of them started, and `ramBytes` of zeroed RAM, no frame of it taken
   * yet; its handle.
   *
   * @throws MemoryShortageError if no frames are left for its control blocks.
   */
  createVm(ramBytes: number, harts: number, extensions: bigint, flags: number): number {
    const vm = this.exports.vmCreate(BigInt(ramBytes), harts, extensions, flags) >>> 0;
    if (vm === 0) {
      throw new MemoryShortageError(
        `the host has no memory left for a VM of ${harts} harts: ` +
          `${this.framesUsed()} of its ${this.frameLimit()} frames are in use`,
      );
    }
    return vm;
  }

  /**
   * Runs `vm` for at most `budget` steps. `now` and `rate` matter to a real clock only: its time in
   * ticks, and the ticks that 2^32 steps take.
   *
   * @throws InternalError if the core itself failed.
   */
  run(vm: number, budget: bigint, now: bigint, rate: bigint): ExitReason {
    try {
      return (this.exports.vmRun(vm, budget, now, rate) >>> 0) as ExitReason;
    } catch (cause) {
      throw new InternalError(`the core failed: ${cause}`, { cause });
    }
  }

  /**
   * One step of one hart, for a debugger; `now` and `rate` as for `run`.
   *
   * @throws InternalError if the core itself failed.
   */
  step(vm: number, hart: number, now: bigint, rate: bigint): ExitReason {
    try {
      return (this.exports.vmStepHart(vm, hart, now, rate) >>> 0) as ExitReason;
    } catch (cause) {
      throw new InternalError(`the core failed: ${cause}`, { cause });
    }
  }

  exitCode(vm: number): number {
    return this.exports.vmExitCode(vm) >>> 0;
  }

  steps(vm: number): bigint {
    return BigInt.asUintN(64, this.exports.vmSteps(vm));
  }

  instructions(vm: number): bigint {
    return BigInt.asUintN(64, this.exports.vmInstructions(vm));
  }

  /** The VM's `mtime`, in ticks of 100 ns. */
  time(vm: number): bigint {
    return BigInt.asUintN(64, this.exports.vmTime(vm));
  }

  /** `mtime` of an idle VM's earliest timer; `undefined` if none is armed. */
  deadline(vm: number): bigint | undefined {
    const deadline = BigInt.asUintN(64, this.exports.vmDeadline(vm));
    return deadline === 0xffff_ffff_ffff_ffffn ? undefined : deadline;
  }

  /** What the UART has sent since the last call, copied. */
  takeOutput(vm: number): Uint8Array<ArrayBuffer> {
    const count = this.exports.uartTake(vm) >>> 0;
    const area = this.layout(LayoutValue.Transfer);
    return new Uint8Array(this.bytes.subarray(area, area + count));
  }

  /** Offers bytes to the UART; how many of them it took. */
  giveInput(vm: number, bytes: Uint8Array): number {
    const offered = bytes.subarray(0, this.layout(LayoutValue.TransferSize));
    this.bytes.set(offered, this.layout(LayoutValue.Transfer));
    return this.exports.uartGive(vm, offered.length) >>> 0;
  }

  counter(vm: number, hart: number, name: HartCounter): bigint {
    return BigInt.asUintN(64, this.exports.hartCounter(vm, hart, HART_COUNTERS.indexOf(name)));
  }

  /** @param regime by its number in `REGIMES` */
  regimeCounter(vm: number, hart: number, regime: number, name: RegimeCounter): bigint {
    const which = REGIME_COUNTERS.indexOf(name);
    return BigInt.asUintN(64, this.exports.hartRegimeCounter(vm, hart, regime, which));
  }

  register(vm: number, hart: number, register: number): bigint {
    return BigInt.asUintN(64, this.exports.hartRegister(vm, hart, register));
  }
}
