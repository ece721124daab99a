import { PAGE_SIZE } from '../layout';

/** Privilege modes (Privileged 1.2). */
export const USER: u32 = 0;
export const SUPERVISOR: u32 = 1;
export const MACHINE: u32 = 3;

/** SBI HSM states (SBI 9, "Hart State Management"). */
export const HART_STARTED: u32 = 0;
export const HART_STOPPED: u32 = 1;
export const HART_SUSPENDED: u32 = 4;

/**
 * One hart's block: this record, its context table, then its TLBs. The integer and floating-point
 * registers stand first, so that register n is at `8 * n` and `F_OFFSET + 8 * n` of the block;
 * x0 is never written.
 */
@unmanaged
export class Hart {
  x0: u64;
  x1: u64;
  x2: u64;
  x3: u64;
  x4: u64;
  x5: u64;
  x6: u64;
  x7: u64;
  x8: u64;
  x9: u64;
  x10: u64;
  x11: u64;
  x12: u64;
  x13: u64;
  x14: u64;
  x15: u64;
  x16: u64;
  x17: u64;
  x18: u64;
  x19: u64;
  x20: u64;
  x21: u64;
  x22: u64;
  x23: u64;
  x24: u64;
  x25: u64;
  x26: u64;
  x27: u64;
  x28: u64;
  x29: u64;
  x30: u64;
  x31: u64;
  f0: u64;
  f1: u64;
  f2: u64;
  f3: u64;
  f4: u64;
  f5: u64;
  f6: u64;
  f7: u64;
  f8: u64;
  f9: u64;
  f10: u64;
  f11: u64;
  f12: u64;
  f13: u64;
  f14: u64;
  f15: u64;
  f16: u64;
  f17: u64;
  f18: u64;
  f19: u64;
  f20: u64;
  f21: u64;
  f22: u64;
  f23: u64;
  f24: u64;
  f25: u64;
  f26: u64;
  f27: u64;
  f28: u64;
  f29: u64;
  f30: u64;
  f31: u64;
  pc: u64;
  /** Privilege and V are looked at as one by regions (jit/system). */
  privilege: u32;
  /** The V bit: 1 in VS- and VU-mode (Privileged 15.1). */
  virtualized: u32;
  /** frm in bits 7..5, fflags in bits 4..0 (Unprivileged 20.2). */
  fcsr: u32;
  /**
   * Not 0 while FS is Dirty, and vsstatus.FS if V is 1: loads and stores of f registers may take the fast path. 2 while
   * besides frm is RNE.
   */
  floatReady: u32;
  /** 1 while besides fcsr has NX set and rounds to nearest: native arithmetic may be exact in its flags. */
  floatFast: u32;
  /** 1 when the inner loop returned because a count ended (jit/heat). */
  wanted: u32;
  /** Why the inner loop must return after the current instruction; see exec/outcome. */
  stop: u32;
  /** HSM state. */
  state: u32;
  /** 1 after WFI, until an enabled interrupt is pending. */
  waiting: u32;
  index: u32;
  /** Address of the VM block. */
  vm: u32;
  /** Bytes that the current LR reserved; 0 without a reservation. */
  reservationSize: u32;
  /** Guest-physical address of the reservation. */
  reservation: u64;
  /** Context ids of data accesses and fetches, shifted to their place in a TLB tag. */
  dataContext: u64;
  fetchContext: u64;
  /** Extensions of the CPU model (bits of Ext). */
  extensions: u64;
  contextsUsed: u32;
  mcounteren: u32;
  scounteren: u32;
  hcounteren: u32;
  /** Code page of the instruction that the inner loop left to exec/slow. */
  code: u32;
  /** 1 when the TLB may hold pages of superpages larger than 2 MiB. */
  hugeSuperpages: u32;
  /** 1 when the TLB may hold pages of G-stage superpages larger than 2 MiB. */
  hugeGuestPages: u32;
  /** 1 when the TLB may hold global pages. */
  globalPages: u32;

  mstatus: u64;
  misa: u64;
  medeleg: u64;
  mideleg: u64;
  mie: u64;
  /** Bits that software writes (SSIP, STIP, SEIP); devices' bits are joined when read. */
  mip: u64;
  mtvec: u64;
  mscratch: u64;
  mepc: u64;
  mcause: u64;
  mtval: u64;
  menvcfg: u64;
  stvec: u64;
  sscratch: u64;
  sepc: u64;
  scause: u64;
  stval: u64;
  satp: u64;
  senvcfg: u64;
  stimecmp: u64;

  // The hypervisor's CSRs and those of its guest (Privileged 15.2); zero without H.
  mtval2: u64;
  mtinst: u64;
  hstatus: u64;
  hedeleg: u64;
  hideleg: u64;
  htimedelta: u64;
  henvcfg: u64;
  htval: u64;
  htinst: u64;
  hgatp: u64;
  /** Bits that software writes: VSSIP (also by hip and mip), VSTIP, VSEIP. */
  hvip: u64;
  vsstatus: u64;
  vstvec: u64;
  vsscratch: u64;
  vsepc: u64;
  vscause: u64;
  vstval: u64;
  vsatp: u64;
  vstimecmp: u64;

  cycleOffset: u64;
  instretOffset: u64;
  pmpcfg0: u64;
  pmpcfg2: u64;
  pmpaddr0: u64;
  pmpaddr1: u64;
  pmpaddr2: u64;
  pmpaddr3: u64;
  pmpaddr4: u64;
  pmpaddr5: u64;
  pmpaddr6: u64;
  pmpaddr7: u64;
  pmpaddr8: u64;
  pmpaddr9: u64;
  pmpaddr10: u64;
  pmpaddr11: u64;
  pmpaddr12: u64;
  pmpaddr13: u64;
  pmpaddr14: u64;
  pmpaddr15: u64;

  // What follows is not the hart's own and outlives its start and reset.

  /** Steps that the current slice was given and, as of the last slow path, has left. */
  slice: i64;
  remaining: i64;
  /** Steps taken in all finished slices; of them, those that retired nothing. */
  steps: u64;
  unretired: u64;
  /** Bits of mip that devices drive: MSIP, MTIP, STIP and VSTIP (Sstc), SEIP, MEIP. */
  lines: u64;
  /** CLINT. */
  mtimecmp: u64;

  /** TLB misses by cause. */
  missRead: u64;
  missWrite: u64;
  missFetch: u64;
  /** Entry of a global page, taken over into another context. */
  missGlobal: u64;
  /** First half present, address dropped by the hypervisor. */
  missRefill: u64;
  missMisaligned: u64;
  missMmio: u64;
  /** Stores into pages that hold decoded code. */
  missCode: u64;
  exceptions: u64;
  interrupts: u64;
  /** Steps that the inner loop did not take: instructions of exec/slow, failed fetches, interrupts. */
  slow: u64;
  /** Exits of a guest of this hart: traps from V=1 to HS- or M-mode, by cause. */
  guestEcalls: u64;
  guestFetchFaults: u64;
  guestLoadFaults: u64;
  guestStoreFaults: u64;
  /** Virtual-instruction exceptions. */
  guestInstructions: u64;
  guestInterrupts: u64;
  guestOthers: u64;
  /** Page-table entries read by walks: of satp's or vsatp's tables, and of hgatp's. */
  tableReads: u64;
  guestTableReads: u64;
  /** Entries into translated regions, from others too; steps retired in them. */
  regionEntries: u64;
  regionSteps: u64;
  /** `steps` when the present privilege and V began, or the last slice ended (hart/regime). */
  regimeBegan: u64;
}

export const F_OFFSET: usize = 256;

/** Which 2 MiB of the address space the TLB may hold superpages of: 4,096 bits (mmu/superpages). */
export const SUPERPAGES_OFFSET: usize = 1536;
export const SUPERPAGES_SIZE: usize = 512;

/** Context keys: CONTEXTS words of 64 bits (mmu/context). */
export const CONTEXTS_OFFSET: usize = 2048;
export const CONTEXTS: u32 = 255;

/** Geometry of the TLB, part of the machine's definition: direct mapped, indexed by the VPN. */
export const TLB_ENTRY_SHIFT: u32 = 4;
export const TLB_DATA_ENTRIES: u32 = 1024;
export const TLB_FETCH_ENTRIES: u32 = 1024;
export const TLB_READ_OFFSET: usize = <usize>PAGE_SIZE;
export const TLB_WRITE_OFFSET: usize =
  TLB_READ_OFFSET + ((<usize>TLB_DATA_ENTRIES) << TLB_ENTRY_SHIFT);
export const TLB_FETCH_OFFSET: usize =
  TLB_WRITE_OFFSET + ((<usize>TLB_DATA_ENTRIES) << TLB_ENTRY_SHIFT);
/** Counters by regime (hart/regime). */
export const REGIMES_OFFSET: usize =
  TLB_FETCH_OFFSET + ((<usize>TLB_FETCH_ENTRIES) << TLB_ENTRY_SHIFT);
/** Which guest-physical pages the TLB may hold translations by the G-stage of: 16,384 bits (mmu/guest-pages). */
export const GUEST_PAGES_OFFSET: usize = REGIMES_OFFSET + 2048;
export const GUEST_PAGES_SIZE: usize = 2048;
export const HART_SIZE: usize = GUEST_PAGES_OFFSET + GUEST_PAGES_SIZE;
export const HART_FRAMES: u32 = <u32>(HART_SIZE / PAGE_SIZE);

export function at(hart: usize): Hart {
  return changetype<Hart>(hart);
}
