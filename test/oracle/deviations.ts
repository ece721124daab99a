/**
 * Where QEMU's answers are not compared, and why: its deviations from the specification, and what
 * the specification leaves to the implementation. Everything else must be equal.
 */

import { CSR_NUMBERS } from '../../isa/csrs.js';

const ALL = (1n << 64n) - 1n;

/** How one CSR is compared. */
export interface CsrRule {
  readonly name: string;
  readonly number: number;
  /** Bits that programs may write. */
  readonly write: bigint;
  /** Bits that must read alike. */
  readonly compare: bigint;
  /** Whether a program in M-mode keeps its course whatever the writable bits are. */
  readonly safe: boolean;
}

function csr(name: string, number: number, details: Partial<CsrRule> = {}): CsrRule {
  return { name, number, write: ALL, compare: ALL, safe: true, ...details };
}

/** Traps tell whether FS is Off; how exactly Dirty is tracked is free (Privileged 3.1.6.6). */
const FS_DIRTINESS = (1n << 63n) | (3n << 13n);
/** QEMU 10.0 keeps bit 0, which is always zero (Privileged 3.1.14, 12.1.7). */
const EPC = ~1n & ALL;
/** QEMU without H lets the causes of virtual machines be delegated (Privileged 3.1.8). */
const EXCEPTIONS = 0xb3ffn;
/** QEMU keeps bits of LCOFI and of the hypervisor's interrupts without Sscofpmf and H (3.1.9). */
const INTERRUPTS = 0xaaan;
/** An access that writes QEMU's sip reads STIP as 0 while stimecmp drives it (Sstc 2.1). */
const STIP = 1n << 5n;
/** QEMU keeps CDE and the cache-block fields without Smcdeleg, Zicbom and Zicboz (3.1.18). */
const ENVIRONMENT = 0xe000_0000_0000_0001n;
/** QEMU keeps all 64 bits; the upper ten read zero (Privileged 3.7.1). */
const PMP_ADDRESS = (1n << 54n) - 1n;
/** QEMU keeps bits 5 and 6, which are zero (Privileged 3.7.1). */
const PMP_CONFIGURATION = 0x9f9f_9f9f_9f9f_9f9fn;
/** QEMU can make U-mode 32 bits wide; here SXL and UXL are read-only (Privileged 3.1.6.3). */
const XLENS = 0xf_0000_0000n;
/** QEMU does not look at stimecmp again when STCE is set (Sstc 3.2). */
const STCE = 1n << 63n;
const MIE = 1n << 3n;
const MPRV = 1n << 17n;

/**
 * Of several pending interrupts QEMU without AIA takes the lowest-numbered first, not MEI, MSI, MTI, SEI,
 * SSI, STI (Privileged 3.1.9).
 */
export const INTERRUPTS_IN_ANY_ORDER = true;

/** Bits of mstatus and sstatus that a trap's log compares. */
export const STATUS_COMPARED = ~FS_DIRTINESS & ALL;

export const CSR_RULES: readonly CsrRule[] = [
  csr('fflags', 0x001),
  csr('frm', 0x002),
  csr('fcsr', 0x003),
  csr('sstatus', 0x100, { write: ~XLENS & ALL, compare: ~FS_DIRTINESS & ALL }),
  csr('sie', 0x104, { compare: INTERRUPTS }),
  csr('stvec', 0x105),
  csr('scounteren', 0x106),
  csr('senvcfg', 0x10a, { compare: ENVIRONMENT }),
  csr('sscratch', 0x140),
  csr('sepc', 0x141, { compare: EPC }),
  csr('scause', 0x142),
  csr('stval', 0x143),
  csr('sip', 0x144, { compare: INTERRUPTS & ~STIP }),
  csr('stimecmp', 0x14d, { safe: false }),
  csr('satp', 0x180),
  csr('mstatus', 0x300, { write: ~(XLENS | MPRV | MIE) & ALL, compare: ~FS_DIRTINESS & ALL }),
  csr('misa', 0x301, { write: 0n }),
  csr('medeleg', 0x302, { compare: EXCEPTIONS }),
  csr('mideleg', 0x303, { compare: INTERRUPTS }),
  csr('mie', 0x304, { compare: INTERRUPTS }),
  csr('mcounteren', 0x306),
  csr('menvcfg', 0x30a, { write: ~STCE & ALL, compare: ENVIRONMENT }),
  csr('mcountinhibit', 0x320, { write: 0n }),
  csr('mepc', 0x341, { compare: EPC }),
  csr('mcause', 0x342),
  csr('mtval', 0x343),
  csr('mip', 0x344, { compare: INTERRUPTS }),
  csr('mtvec', 0x305, { safe: false }),
  csr('mscratch', 0x340, { safe: false }),
  ...[0, 2].map((n) =>
    csr(`pmpcfg${n}`, 0x3a0 + n, { write: 0x1f1f_1f1f_1f1f_1f1fn, compare: PMP_CONFIGURATION }),
  ),
  ...Array.from({ length: 16 }, (_, n) =>
    csr(`pmpaddr${n}`, 0x3b0 + n, { write: PMP_ADDRESS, compare: PMP_ADDRESS }),
  ),
  csr('mvendorid', 0xf11),
  csr('mhartid', 0xf14),
  csr('mconfigptr', 0xf15),
];

/**
 * A pmpcfg operand that makes no reserved combination, W without R, out of legal ones
 * (Privileged 3.7.1): bits to set or write have R wherever W is, bits to clear have W wherever R is.
 */
export function legalPmpConfiguration(value: bigint, clears: boolean): bigint {
  const R = 0x0101_0101_0101_0101n;
  return clears ? value | ((value & R) << 1n) : value | ((value >> 1n) & R);
}

/** The rule for a CSR by its number. */
export function ruleOf(number: number): CsrRule | undefined {
  return CSR_RULES.find((rule) => rule.number === number);
}

/** Words that are no instruction here, but that QEMU runs or that a later extension defines. */
export function isUnsettled(_word: number): boolean {
  return false;
}

/** CSRs whose values are nobody's business: counters, and what names the implementation. */
const UNCOMPARED = ['cycle', 'time', 'instret', 'mcycle', 'minstret', 'marchid', 'mimpid'];

export function isUncompared(number: number): boolean {
  return UNCOMPARED.some((name) => CSR_NUMBERS.get(name) === number);
}

/** What the generators keep away from, since no mask could make it comparable. */
export const AVOIDED: readonly { readonly what: string; readonly section: string }[] = [
  {
    what: 'SC without a reservation there: QEMU fails it without looking at the address',
    section: 'Unprivileged 13.2',
  },
  {
    what: 'AMOs on pages that can be loaded from but not stored to: QEMU looks up the load first, sets A, and reports its fault',
    section: 'Privileged 12.3.2',
  },
  {
    what: 'reserved N on pages whose A or D is clear: QEMU sets them before it faults',
    section: 'Privileged 12.5, Svnapot',
  },
  {
    what: 'page-crossing accesses of which one half has no memory and the other no page: either may fault first',
    section: 'Unprivileged 2.6',
  },
  {
    what: 'four-byte PMP regions inside a misaligned access: QEMU compares only its first and last byte',
    section: 'Privileged 3.7.1',
  },
  {
    what: 'no PMP entry at all: QEMU lets MRET and SRET trap instead of the fetch after them',
    section: 'Privileged 3.7.1',
  },
  {
    what: 'writing stimecmp in M-mode while STCE is clear: QEMU lets it drive STIP all the same',
    section: 'Sstc 2.1',
  },
  {
    what: 'changing STCE in a running program: QEMU does not look at stimecmp again',
    section: 'Sstc 2.1',
  },
];
