/**
 * Where QEMU's answers are not compared, and why: its deviations from the specification, and what
 * the specification leaves to the implementation. Everything else must be equal.
 */

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

/** FS is not compared beyond Off: how exactly Dirty is tracked is free (Privileged 3.1.6.6). */
const FS_DIRTINESS = (1n << 63n) | (1n << 13n);
const MIE = 1n << 3n;
const MPRV = 1n << 17n;

export const CSR_RULES: readonly CsrRule[] = [
  csr('fflags', 0x001),
  csr('frm', 0x002),
  csr('fcsr', 0x003),
  csr('sstatus', 0x100, { write: ~0x6000n & ALL, compare: ~FS_DIRTINESS & ALL }),
  csr('sie', 0x104),
  csr('stvec', 0x105),
  csr('scounteren', 0x106),
  csr('senvcfg', 0x10a),
  csr('sscratch', 0x140),
  csr('sepc', 0x141),
  csr('scause', 0x142),
  csr('stval', 0x143),
  csr('sip', 0x144),
  csr('stimecmp', 0x14d),
  csr('satp', 0x180),
  csr('mstatus', 0x300, { write: ~(MPRV | MIE | 0x6000n) & ALL, compare: ~FS_DIRTINESS & ALL }),
  csr('misa', 0x301, { write: 0n }),
  csr('medeleg', 0x302),
  csr('mideleg', 0x303),
  csr('mie', 0x304),
  csr('mcounteren', 0x306),
  csr('menvcfg', 0x30a),
  csr('mcountinhibit', 0x320, { write: 0n }),
  csr('mepc', 0x341),
  csr('mcause', 0x342),
  csr('mtval', 0x343),
  csr('mip', 0x344),
  csr('mtvec', 0x305, { safe: false }),
  csr('mscratch', 0x340, { safe: false }),
  ...[0, 2].map((n) => csr(`pmpcfg${n}`, 0x3a0 + n, { write: ~0x8080808080808080n & ALL })),
  ...Array.from({ length: 16 }, (_, n) => csr(`pmpaddr${n}`, 0x3b0 + n)),
  csr('mvendorid', 0xf11),
  csr('mhartid', 0xf14),
  csr('mconfigptr', 0xf15),
];

/** A program may not write these bits to `number`. */
export function ruleOf(number: number): CsrRule | undefined {
  return CSR_RULES.find((rule) => rule.number === number);
}

/** Words that are no instruction here, but that QEMU runs or that a later extension defines. */
export function isUnsettled(_word: number): boolean {
  return false;
}
