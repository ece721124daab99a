/**
 * The core's exports (assembly/index.ts). Numbers come back signed and are made unsigned by `Core`;
 * u64 are BigInt, also signed.
 */
export interface CoreExports {
  hostInitialize(frameLimit: number): void;
  hostFramesUsed(): number;
  hostFrameLimit(): number;
  hostSkipFrames(count: number): number;
  layoutValue(which: number): number;
  vmCreate(ramBytes: bigint, harts: number, extensions: bigint, flags: number): number;
  vmDestroy(vm: number): void;
  hartStart(vm: number, hart: number, pc: bigint, a0: bigint, a1: bigint, mode: number): void;
  vmClock(vm: number, kind: number, now: bigint, rtcOrigin: bigint): void;
  vmRun(vm: number, budget: bigint, now: bigint, rate: bigint): number;
  vmExitCode(vm: number): number;
  vmSteps(vm: number): bigint;
  vmInstructions(vm: number): bigint;
  vmTime(vm: number): bigint;
  vmDeadline(vm: number): bigint;
  vmSkipTo(vm: number, time: bigint): void;
  vmFrame(vm: number, page: number, write: number): number;
  vmFramesOwned(vm: number): number;
  vmFramesShared(vm: number): number;
  vmAccount(vm: number, since: number): void;
  vmFork(vm: number): number;
  vmChangedPages(vm: number, since: number, from: number): number;
  vmExpect(vm: number, count: number): number;
  vmMissing(vm: number): number;
  vmFill(vm: number, page: number): number;
  vmSaveState(vm: number, section: number, index: number): number;
  vmLoadState(vm: number, section: number, index: number, bytes: number): number;
  vmSetGeneration(vm: number, low: bigint, high: bigint): void;
  vmBeginEpoch(vm: number): number;
  vmPageEpoch(vm: number, page: number): number;
  vmWatchToHost(vm: number, address: bigint): void;
  vmDropAddresses(vm: number, page: number): void;
  uartTake(vm: number): number;
  uartGive(vm: number, count: number): number;
  virtioAttach(
    vm: number,
    slot: number,
    type: number,
    features: bigint,
    queues: number,
    configSize: number,
  ): number;
  virtioDoorbells(vm: number): number;
  virtioEvents(vm: number, slot: number): void;
  virtioTake(vm: number, slot: number, queue: number): number;
  virtioRead(vm: number, request: number, serial: number, offset: number, count: number): number;
  virtioWrite(vm: number, request: number, serial: number, offset: number, count: number): number;
  virtioComplete(vm: number, request: number, serial: number, written: number): number;
  virtioSetConfig(vm: number, slot: number, offset: number, count: number): number;
  virtioFail(vm: number, slot: number): void;
  hartRegister(vm: number, hart: number, register: number): bigint;
  hartSetRegister(vm: number, hart: number, register: number, value: bigint): void;
  hartCsr(vm: number, hart: number, csr: number): bigint;
  hartCounter(vm: number, hart: number, which: number): bigint;
  hartRegimeCounter(vm: number, hart: number, regime: number, which: number): bigint;
  vmExits(vm: number, reason: number): bigint;
  vmSetBreakpoint(vm: number, address: bigint): number;
  vmClearBreakpoint(vm: number, address: bigint): number;
  vmSetWatchpoint(vm: number, address: bigint, length: bigint, kinds: number): number;
  vmClearWatchpoint(vm: number, address: bigint, length: bigint, kinds: number): number;
  vmDebugStop(vm: number, which: number): bigint;
  vmHoldHarts(vm: number, harts: number): void;
  vmStepHart(vm: number, hart: number, now: bigint, rate: bigint): number;
  hartTranslate(vm: number, hart: number, address: bigint): bigint;
  hartWalk(vm: number, hart: number, address: bigint, access: number, regime: number): number;
  hartSetCsr(vm: number, hart: number, csr: number, value: bigint): number;
  hartActivity(vm: number, hart: number): number;
}

/** What `layoutValue` answers, by its argument. */
export const LayoutValue = {
  Transfer: 0,
  TransferSize: 1,
  FirstFrame: 2,
  VmFrames: 3,
  HartFrames: 4,
  MaxHarts: 5,
  CodePoolBytes: 6,
  CodeBuffer: 7,
  CodeBufferSize: 8,
} as const;

/** `vmCreate`: the core answers SBI calls and the guest starts in S-mode. */
export const VM_FLAG_SBI = 1;

/** `hartStart`'s modes, numbered as privileges are (Privileged 1.2). */
export const StartMode = { Supervisor: 1, Machine: 3 } as const;

/** `vmClock`'s kinds. */
export const ClockKind = { Real: 0, Virtual: 1 } as const;

/** virtio: slots of a VM, queues of a slot, bytes of a configuration space. */
export const VIRTIO_SLOTS = 8;
export const VIRTIO_QUEUES = 16;
export const VIRTIO_CONFIG_SIZE = 256;
export const VIRTIO_QUEUE_SIZE = 1024;

/** `virtioTake`'s results that are no request (assembly/virtio/request.ts). */
export const VirtioTake = {
  None: 0,
  Later: 1,
  NoMemory: 2,
  Broken: 3,
  NextTurn: 4,
  Missing: 5,
} as const;

/** Bits of a slot's events (assembly/virtio/slot.ts). */
export const VirtioEvent = { Activated: 1, Reset: 2, Configured: 4 } as const;

/** Why a device stands still until its driver resets it, by number (assembly/virtio/slot.ts). */
export const VIRTIO_CAUSES = [
  'none',
  'ring',
  'available',
  'index',
  'length',
  'indirect',
  'buffer',
  'order',
  'size',
  'back-end',
] as const;
export type VirtioCause = (typeof VIRTIO_CAUSES)[number];

/** `hartRegister` numbers: some of x0..x31 by their names in calls, and those beyond f0..f31. */
export const HartRegister = {
  A2: 12,
  F: 32,
  Pc: 64,
  Privilege: 65,
  Fcsr: 66,
  Virtualized: 67,
} as const;

/** `hartCounter` names, by number. */
export const HART_COUNTERS = [
  'steps',
  'unretired',
  'missRead',
  'missWrite',
  'missFetch',
  'missGlobal',
  'missRefill',
  'missMisaligned',
  'missMmio',
  'missCode',
  'exceptions',
  'interrupts',
  'slow',
  'guestEcalls',
  'guestFetchFaults',
  'guestLoadFaults',
  'guestStoreFaults',
  'guestInstructions',
  'guestInterrupts',
  'guestOthers',
  'tableReads',
  'guestTableReads',
  'regionEntries',
  'regionSteps',
] as const;
export type HartCounter = (typeof HART_COUNTERS)[number];

/** Regimes of a hart, by number (assembly/hart/regime.ts): modes M, S or HS, U, VS, VU. */
export const REGIMES = [
  'machine',
  'supervisor',
  'user',
  'virtualSupervisor',
  'virtualUser',
] as const;
export type Regime = (typeof REGIMES)[number];

/** `hartRegimeCounter` names, by number. */
export const REGIME_COUNTERS = [
  'steps',
  'missRead',
  'missWrite',
  'missFetch',
  'traps',
  'exits',
] as const;
export type RegimeCounter = (typeof REGIME_COUNTERS)[number];

/** `hartWalk`'s kinds of access, and its regime for that of the hart's own loads and fetches now. */
export const WalkAccess = { Read: 0, Write: 1, Fetch: 2 } as const;
export const WALK_AS_IS = 255;

/** Pages of 64 KiB that the module's imported memory has at first and at most (asconfig.json). */
export const INITIAL_PAGES = 1280;
export const MAXIMUM_PAGES = 65536;

export const PAGE_SIZE = 4096;
/** Guest-physical address of a VM's first byte of RAM. */
export const RAM_BASE = 0x8000_0000n;
/** Ticks a second of a VM's `mtime`. */
export const TIMEBASE = 10_000_000;
