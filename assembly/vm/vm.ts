import { MAX_HARTS, PAGE_SIZE } from '../layout';

/** How `mtime` moves (see vm/clock). */
export const CLOCK_REAL: u32 = 0;
export const CLOCK_VIRTUAL: u32 = 1;

/** VM flags, given at creation. */
export const VM_SBI: u32 = 1;

/** ExitReason: why `vmRun` returned. The host layer has the same numbers, held by a test. */
export const EXIT_BUDGET: u32 = 0;
/** Every hart waits; nothing will happen before the earliest timer or outside input. */
export const EXIT_IDLE: u32 = 1;
/** No frame is free for a page the guest needs; nothing was done. */
export const EXIT_MEMORY: u32 = 2;
/** The UART's output ring is more than half full. */
export const EXIT_CONSOLE: u32 = 3;
/** The guest wrote `tohost`. */
export const EXIT_HTIF: u32 = 4;
/** Power off, asked by SBI or the test finisher; `exitCode` tells which and how. */
export const EXIT_SHUTDOWN: u32 = 5;
export const EXIT_RESET: u32 = 6;
/** No hart is started and none can be: the guest stopped them all. */
export const EXIT_STOPPED: u32 = 7;
export const EXIT_INTERNAL: u32 = 8;
/** A virtio queue or device wants its back end (virtio/). */
export const EXIT_DOORBELL: u32 = 9;
/** A hart reached a breakpoint or is about to make an access that is watched. */
export const EXIT_DEBUG: u32 = 10;
/** Hot code waits to be translated (jit/). */
export const EXIT_TRANSLATE: u32 = 11;
/** A page that the guest needs is still where it is restored from (frames/expected); nothing was done. */
export const EXIT_PAGES: u32 = 12;
export const EXIT_REASONS: u32 = 13;

export const UART_OUT_SIZE: u32 = 8192;
export const UART_IN_SIZE: u32 = 4096;

/** A UART 16550A: registers, then positions (counted, not wrapped) in its two rings. */
@unmanaged
export class Uart {
  ier: u8;
  lcr: u8;
  mcr: u8;
  scr: u8;
  dll: u8;
  dlm: u8;
  fcr: u8;
  /** 1 while a transmitter-empty interrupt is due (TL16C550, IIR 3-bit id 1). */
  thrPending: u8;
  irq: u32;
  outHead: u32;
  outTail: u32;
  inHead: u32;
  inTail: u32;
  /** Addresses of the rings, UART_OUT_SIZE and UART_IN_SIZE bytes. */
  out: u32;
  in: u32;
}

/** One VM's block: this record, its harts' addresses, its UART, its guest map, then the rings and virtio's. */
@unmanaged
export class Vm {
  flags: u32;
  harts: u32;
  /** Index of the hart whose quantum runs, and what is left of it (sched/). */
  current: u32;
  quantumLeft: u32;
  clock: u32;
  /** EXIT_* that a device or SBI call asks for, EXIT_BUDGET if none. */
  exitPending: u32;
  exitCode: u32;
  /** Epoch now; every change of a page stamps it (frames/door). */
  epoch: u32;
  /** The host's next VM (frames/host). */
  next: u32;
  extensions: u64;
  ramSize: u64;
  /** GPA of `tohost`, or all ones. */
  tohost: u64;

  /** Steps of all harts in finished slices. */
  steps: u64;
  /** Virtual clock: ticks skipped while idle. */
  skipped: u64;
  /** Real clock: time `timeOrigin` was at `stepsOrigin`; `rate` ticks for each 2^32 steps. */
  timeOrigin: u64;
  stepsOrigin: u64;
  rate: u64;
  /** Largest time a guest has seen: time never runs backwards. */
  timeSeen: u64;
  /** Hart whose slice is running, 0 between slices. */
  running: u32;
  /** Work of this call beyond its steps (vm/work). */
  work: u32;

  /** RTC: calendar's nanoseconds at time 0; the alarm, and the tick when it falls due if it is armed. */
  rtcOrigin: u64;
  rtcAlarm: u64;
  rtcDeadline: u64;
  rtcLatchedHigh: u32;
  rtcInterruptEnabled: u32;
  rtcInterruptPending: u32;

  /** The VM generation ID, bytes 0 to 7 and 8 to 15, little-endian (dev/vmgenid). */
  generationLow: u64;
  generationHigh: u64;

  /** PLIC (one bit or word a source; 64 sources are enough for the board). */
  plicLevel: u64;
  plicPending: u64;
  plicClaimed: u64;

  /** virtio: slots with something for their back ends, a bit each; the serial of the newest chain. */
  doorbells: u32;
  chainSerial: u32;
  /** Address of the first free slab of chains, and how many frames of slabs there are. */
  freeSlab: u32;
  slabFrames: u32;
  /** Pages that device requests under way have pinned (virtio/slab). */
  pins: u32;
  /** Pages that requests were given frames for since the host layer looked at the doorbells last. */
  pagesMade: u32;
  /** The RAM page, counted from 1, that was needed and is still where the VM is restored from; 0 if none was. */
  missing: u32;
}

export const HART_TABLE_OFFSET: usize = 256;
/** PLIC priorities: 64 words of 32 bits. */
export const PLIC_PRIORITY_OFFSET: usize = HART_TABLE_OFFSET + <usize>MAX_HARTS * 4;
/** PLIC contexts, M and S of each hart: enable bits (u64), threshold (u32), reserved (u32). */
export const PLIC_CONTEXT_OFFSET: usize = PLIC_PRIORITY_OFFSET + 64 * 4;
export const PLIC_CONTEXT_SIZE: usize = 16;
export const UART_OFFSET: usize = PLIC_CONTEXT_OFFSET + 2 * <usize>MAX_HARTS * PLIC_CONTEXT_SIZE;
export const UART_RECORD: usize = 64;
/** How often each EXIT_* was returned: u64 each. */
export const EXIT_COUNT_OFFSET: usize = UART_OFFSET + UART_RECORD;

/** What a debugger has set (debug/record): the last KiB of the block's first page. */
export const DEBUG_OFFSET: usize = <usize>PAGE_SIZE - 1024;

/** First level of the guest map: 2,048 addresses of sub-tables, 2 MiB of guest memory each. */
export const MAP_OFFSET: usize = <usize>PAGE_SIZE;
export const MAP_ENTRIES: u32 = 2048;
export const RINGS_OFFSET: usize = MAP_OFFSET + <usize>MAP_ENTRIES * 4;

/** virtio (virtio/slot): each slot's record with its queues, then the addresses of the frames of slabs. */
export const VIRTIO_SLOTS: u32 = 8;
export const VIRTIO_QUEUES: u32 = 16;
export const VIRTIO_SLOT_RECORD: usize = 512;
export const VIRTIO_QUEUE_RECORD: usize = 64;
export const VIRTIO_SLOT_SIZE: usize =
  VIRTIO_SLOT_RECORD + <usize>VIRTIO_QUEUES * VIRTIO_QUEUE_RECORD;
export const VIRTIO_OFFSET: usize = RINGS_OFFSET + <usize>(UART_OUT_SIZE + UART_IN_SIZE);
/** A frame holds 8 slabs, and a request of 256 pages takes 9 (virtio/slab). */
export const SLAB_FRAMES: u32 = 256;
export const SLAB_TABLE_OFFSET: usize = VIRTIO_OFFSET + <usize>VIRTIO_SLOTS * VIRTIO_SLOT_SIZE;
export const VM_SIZE: usize = SLAB_TABLE_OFFSET + <usize>SLAB_FRAMES * 4;
export const VM_FRAMES: u32 = <u32>((VM_SIZE + PAGE_SIZE - 1) / PAGE_SIZE);

export function vmAt(vm: usize): Vm {
  return changetype<Vm>(vm);
}

export function hartOf(vm: usize, index: u32): usize {
  return load<u32>(vm + ((<usize>index) << 2), HART_TABLE_OFFSET);
}

export function uartOf(vm: usize): Uart {
  return changetype<Uart>(vm + UART_OFFSET);
}
