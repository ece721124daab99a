import type { Plic } from '../dev/plic.js';
import type { Rtc } from '../dev/rtc.js';
import type { Uart } from '../dev/uart.js';
import type { CodeCache } from '../exec/code-cache.js';
import type { Hart } from '../hart/hart.js';
import { PAGE_SIZE } from '../layout.js';
import type { HostMemory } from '../memory/host-memory.js';
import type { VirtioSlots } from '../virtio/slots.js';

/** How `mtime` moves. */
export const CLOCK_REAL = 0;
export const CLOCK_VIRTUAL = 1;
/** VM flags. */
export const VM_SBI = 1;

/** ExitReason: the host layer's numbers (src/core/exit-reason.ts). */
export const EXIT_BUDGET = 0;
export const EXIT_IDLE = 1;
export const EXIT_CONSOLE = 3;
export const EXIT_HTIF = 4;
export const EXIT_SHUTDOWN = 5;
export const EXIT_RESET = 6;
export const EXIT_STOPPED = 7;
export const EXIT_DOORBELL = 9;
export const EXIT_REASONS = 11;

/** A guest machine. Times are ticks and steps, as numbers: exact below 2^53. */
export class Vm {
  readonly memory: HostMemory;
  readonly flags: number;
  readonly extensions: bigint;
  /** Bytes of RAM, and where in the host's memory they begin. */
  readonly ramSize: number;
  readonly ramStart: number;
  readonly ramPages: number;
  readonly harts: Hart[] = [];
  /** Epoch now, and that of each page's last change. */
  epoch = 1;
  readonly pageEpochs: Uint32Array;
  /** Guest-physical address of `tohost`, or -1. */
  tohost = -1;

  /** The hart whose quantum runs, and what is left of it (sched/). */
  current = 0;
  quantumLeft = 0;
  /** The hart whose slice is running. */
  running: Hart | undefined;
  /** EXIT_* that a device or SBI call asks for, EXIT_BUDGET if none. */
  exitPending = EXIT_BUDGET;
  exitCode = 0;
  readonly exits = new Float64Array(EXIT_REASONS);

  /** Steps of all harts in finished slices. */
  steps = 0;
  clock = CLOCK_REAL;
  /** Virtual clock: ticks skipped while idle. */
  skipped = 0;
  /** Real clock: the time at `stepsOrigin` steps, and ticks for each 2^32 steps. */
  timeOrigin = 0;
  stepsOrigin = 0;
  rate = 0;
  /** Largest time a guest has seen: time never runs backwards. */
  timeSeen = 0;
  /** The VM generation ID (dev/vmgenid). */
  readonly generation = new DataView(new ArrayBuffer(16));

  // Set once by vm/lifecycle, which knows all of their classes.
  code!: CodeCache;
  uart!: Uart;
  plic!: Plic;
  rtc!: Rtc;
  virtio!: VirtioSlots;

  constructor(
    memory: HostMemory,
    firstFrame: number,
    ramSize: number,
    extensions: bigint,
    flags: number,
  ) {
    this.memory = memory;
    this.flags = flags;
    this.extensions = extensions;
    this.ramSize = ramSize;
    this.ramStart = firstFrame * PAGE_SIZE;
    this.ramPages = Math.ceil(ramSize / PAGE_SIZE);
    this.pageEpochs = new Uint32Array(this.ramPages);
  }
}
