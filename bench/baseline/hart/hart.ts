import type { CodePage } from '../exec/code-page.js';
import { Tlb } from '../mmu/tlb-entries.js';
import type { Vm } from '../vm/vm.js';
import { CSR_WORDS } from './csr-slot.js';
import { CpuModel } from './model.js';

/** Privilege modes (Privileged 1.2). */
export const USER = 0;
export const SUPERVISOR = 1;
export const MACHINE = 3;

/** SBI HSM states (SBI 9). */
export const HART_STARTED = 0;
export const HART_STOPPED = 1;
export const HART_SUSPENDED = 4;

/** Indices of `Hart.misses`, in the order of the ABI's counters from missRead on. */
export const MISS_READ = 0;
export const MISS_WRITE = 1;
export const MISS_FETCH = 2;
export const MISS_GLOBAL = 3;
export const MISS_REFILL = 4;
export const MISS_MISALIGNED = 5;
export const MISS_MMIO = 6;
export const MISS_CODE = 7;

/** Regimes that the ABI has, and counters of each (hart/regime). */
export const REGIMES = 5;
export const REGIME_COUNTERS = 6;

/** One hart. All numbers are integers; flags are 0 or 1, so that each field keeps one shape. */
export class Hart {
  readonly vm: Vm;
  readonly index: number;
  /** Extensions of the CPU model (bits of EXTENSION_BITS). */
  readonly extensions: bigint;
  /** Register n has its low half at 2n, its high half at 2n + 1; x0 is never written. */
  readonly x = new Int32Array(64);
  readonly f64 = new Float64Array(32);
  /** The same registers' halves, as of x. */
  readonly f = new Int32Array(this.f64.buffer);
  /** The same registers' singles: that of register n at 2n. */
  readonly f32 = new Float32Array(this.f64.buffer);
  pcLow = 0;
  pcHigh = 0;
  /** frm in bits 7..5, fflags in bits 4..0 (Unprivileged 20.2). */
  fcsr = 0;
  privilege = MACHINE;
  /** 1 while FS is Dirty: f registers may be written without further ado. */
  floatReady = 0;
  /** 1 while besides fcsr has NX set and rounds to nearest: native arithmetic may be exact in its flags. */
  floatFast = 0;
  /** 1 when the inner loop must return after the current instruction. */
  stop = 0;
  /** HSM state. */
  state = HART_STOPPED;
  /** 1 after WFI, until an enabled interrupt is pending. */
  waiting = 0;
  /** Guest-physical address that LR reserved, and its bytes; 0 bytes without a reservation. */
  reservation = 0;
  reservationSize = 0;
  readonly tlb = new Tlb();
  /** Context ids of data accesses and fetches, shifted to their place in a TLB tag. */
  dataContext = 0;
  fetchContext = 0;
  /** Code page of the instruction that the inner loop left to exec/slow. */
  code: CodePage | undefined;

  /** 64-bit CSRs (hart/csr-slot). */
  readonly csr = new Int32Array(CSR_WORDS);
  /** The 16 bytes of pmpcfg0 and pmpcfg2. */
  readonly pmpConfig = new Uint8Array(16);
  mcounteren = 0;
  scounteren = 0;
  mideleg = 0;
  mie = 0;
  /** Bits that software writes (SSIP, STIP, SEIP); devices' bits are joined when read. */
  mip = 0;
  /** Bits of mip that devices drive: MSIP, MTIP, STIP (Sstc), SEIP, MEIP. */
  lines = 0;

  // What follows is not the hart's own and outlives its start and reset.

  /** Steps that the current slice was given and, as of the last slow path, has left; below 2^31. */
  slice = 0;
  remaining = 0;
  /** Steps taken in all finished slices; of them, those that retired nothing. */
  steps = 0;
  unretired = 0;
  exceptions = 0;
  interrupts = 0;
  /** Steps that the inner loop did not take: instructions of exec/slow, failed fetches, interrupts. */
  slow = 0;
  /** TLB misses by cause (MISS_*). */
  readonly misses = new Float64Array(8);
  /** Page-table entries read by walks. */
  tableReads = 0;
  /** Counters by regime (hart/regime). */
  readonly regimes = new Float64Array(REGIMES * REGIME_COUNTERS);
  /** `steps` when the present privilege began, or the last slice ended. */
  regimeBegan = 0;

  /** What follows from `extensions`. */
  readonly model: CpuModel;

  constructor(vm: Vm, index: number, extensions: bigint) {
    this.vm = vm;
    this.index = index;
    this.extensions = extensions;
    this.model = new CpuModel(extensions);
  }
}
