/**
 * What the hot instructions do: one line each, to be read beside the specification. The interpreter's
 * inner loop is made from these lines (see isa/hot-loop.ts).
 *
 * The lines are AssemblyScript; `a` and `b` are the values of rs1 and rs2, `i` is the immediate, all
 * u64, and `pc` is the instruction's address. `word(x)` sign-extends a 32-bit result.
 */

/** Value of rd (Unprivileged 2.4, 4.2, 7.1, B). */
export const RESULTS: Readonly<Record<string, string>> = {
  LI: 'i',
  MV: 'a',
  LUI: 'i',
  AUIPC: 'pc + i',
  ADDI: 'a + i',
  SLTI: '<i64>a < <i64>i ? 1 : 0',
  SLTIU: 'a < i ? 1 : 0',
  XORI: 'a ^ i',
  ORI: 'a | i',
  ANDI: 'a & i',
  SLLI: 'a << i',
  SRLI: 'a >> i',
  SRAI: '<i64>a >> <i64>i',
  ADD: 'a + b',
  SUB: 'a - b',
  SLL: 'a << (b & 63)',
  SLT: '<i64>a < <i64>b ? 1 : 0',
  SLTU: 'a < b ? 1 : 0',
  XOR: 'a ^ b',
  SRL: 'a >> (b & 63)',
  SRA: '<i64>a >> (<i64>b & 63)',
  OR: 'a | b',
  AND: 'a & b',
  ADDIW: 'word(<u32>a + <u32>i)',
  SLLIW: 'word(<u32>a << <u32>i)',
  SRLIW: 'word(<u32>a >> <u32>i)',
  SRAIW: 'word(<u32>(<i32>a >> <i32>i))',
  ADDW: 'word(<u32>a + <u32>b)',
  SUBW: 'word(<u32>a - <u32>b)',
  SLLW: 'word(<u32>a << (<u32>b & 31))',
  SRLW: 'word(<u32>a >> (<u32>b & 31))',
  SRAW: 'word(<u32>(<i32>a >> (<i32>b & 31)))',

  MUL: 'a * b',
  MULH: 'mulh(a, b)',
  MULHSU: 'mulhsu(a, b)',
  MULHU: 'mulhu(a, b)',
  DIV: 'div(a, b)',
  DIVU: 'divu(a, b)',
  REM: 'rem(a, b)',
  REMU: 'remu(a, b)',
  MULW: 'word(<u32>a * <u32>b)',
  DIVW: 'divw(a, b)',
  DIVUW: 'divuw(a, b)',
  REMW: 'remw(a, b)',
  REMUW: 'remuw(a, b)',

  SH1ADD: '(a << 1) + b',
  SH2ADD: '(a << 2) + b',
  SH3ADD: '(a << 3) + b',
  ADD_UW: '<u64>(<u32>a) + b',
  SH1ADD_UW: '(<u64>(<u32>a) << 1) + b',
  SH2ADD_UW: '(<u64>(<u32>a) << 2) + b',
  SH3ADD_UW: '(<u64>(<u32>a) << 3) + b',
  SLLI_UW: '<u64>(<u32>a) << i',

  ANDN: 'a & ~b',
  ORN: 'a | ~b',
  XNOR: '~(a ^ b)',
  MIN: '<u64>min<i64>(a, b)',
  MINU: 'min<u64>(a, b)',
  MAX: '<u64>max<i64>(a, b)',
  MAXU: 'max<u64>(a, b)',
  ROL: 'rotl<u64>(a, b)',
  ROR: 'rotr<u64>(a, b)',
  RORI: 'rotr<u64>(a, i)',
  ROLW: 'rolw(a, b)',
  RORW: 'rorw(a, b)',
  RORIW: 'rorw(a, i)',
  CLZ: 'clz<u64>(a)',
  CTZ: 'ctz<u64>(a)',
  CPOP: 'popcnt<u64>(a)',
  CLZW: '<u64>clz<u32>(<u32>a)',
  CTZW: '<u64>ctz<u32>(<u32>a)',
  CPOPW: '<u64>popcnt<u32>(<u32>a)',
  SEXT_B: '<u64>(<i64>(<i8>a))',
  SEXT_H: '<u64>(<i64>(<i16>a))',
  ZEXT_H: 'a & 0xffff',
  ORC_B: 'orcB(a)',
  REV8: 'bswap<u64>(a)',

  BCLR: 'a & ~(<u64>1 << (b & 63))',
  BCLRI: 'a & ~(<u64>1 << i)',
  BEXT: '(a >> (b & 63)) & 1',
  BEXTI: '(a >> i) & 1',
  BINV: 'a ^ (<u64>1 << (b & 63))',
  BINVI: 'a ^ (<u64>1 << i)',
  BSET: 'a | (<u64>1 << (b & 63))',
  BSETI: 'a | (<u64>1 << i)',

  CZERO_EQZ: 'b ? a : 0',
  CZERO_NEZ: 'b ? 0 : a',
};

/** When a branch is taken (Unprivileged 2.5.2). */
export const CONDITIONS: Readonly<Record<string, string>> = {
  BEQZ: '!a',
  BNEZ: 'a',
  BEQ: 'a === b',
  BNE: 'a !== b',
  BLT: '<i64>a < <i64>b',
  BGE: '<i64>a >= <i64>b',
  BLTU: 'a < b',
  BGEU: 'a >= b',
};

/** A load's or store's bytes; of loads, how the value in memory becomes the register's. */
export interface Access {
  readonly bytes: 1 | 2 | 4 | 8;
  /** Type in memory. */
  readonly type: string;
  /** Value of the register, `m` being the value in memory. */
  readonly extend?: string;
  /** The register is one of F and D's; singles are NaN-boxed (Unprivileged 21.2). */
  readonly float?: boolean;
}

export const LOADS: Readonly<Record<string, Access>> = {
  LB: { bytes: 1, type: 'i8', extend: '<u64>(<i64>m)' },
  LH: { bytes: 2, type: 'i16', extend: '<u64>(<i64>m)' },
  LW: { bytes: 4, type: 'i32', extend: '<u64>(<i64>m)' },
  LD: { bytes: 8, type: 'u64', extend: 'm' },
  LBU: { bytes: 1, type: 'u8', extend: '<u64>m' },
  LHU: { bytes: 2, type: 'u16', extend: '<u64>m' },
  LWU: { bytes: 4, type: 'u32', extend: '<u64>m' },
  FLW: { bytes: 4, type: 'u32', extend: 'BOXED | <u64>m', float: true },
  FLD: { bytes: 8, type: 'u64', extend: 'm', float: true },
};

export const STORES: Readonly<Record<string, Access>> = {
  SB: { bytes: 1, type: 'u8' },
  SH: { bytes: 2, type: 'u16' },
  SW: { bytes: 4, type: 'u32' },
  SD: { bytes: 8, type: 'u64' },
  FSW: { bytes: 4, type: 'u32', float: true },
  FSD: { bytes: 8, type: 'u64', float: true },
};

/** Jumps: whether they link, and whether the target is rs1 + immediate or fixed. */
export const JUMPS: Readonly<Record<string, { link: boolean; register: boolean }>> = {
  J: { link: false, register: false },
  JAL: { link: true, register: false },
  JR: { link: false, register: true },
  JALR: { link: true, register: true },
};

/**
 * Atomics that take the fast path on a TLB hit (Unprivileged 14); `p` is the operand's linear address,
 * `b` the value of rs2 in the memory's type, `gpa` the operand's guest-physical address.
 */
export interface Atomic {
  readonly bytes: 4 | 8;
  /** Value of rd, sign-extended if 32 bits. */
  readonly result: string;
  /** Loads need a readable page only. */
  readonly reads?: boolean;
}

function atomics(suffix: string, bytes: 4 | 8, type: string): Record<string, Atomic> {
  const readModifyWrite = (name: string): Atomic => ({
    bytes,
    result: `atomic.${name}<${type}>(p, b)`,
  });
  return {
    [`LR_${suffix}`]: {
      bytes,
      result: `reserve(hart, gpa, ${bytes}, atomic.load<${type}>(p))`,
      reads: true,
    },
    [`AMOSWAP_${suffix}`]: readModifyWrite('xchg'),
    [`AMOADD_${suffix}`]: readModifyWrite('add'),
    [`AMOXOR_${suffix}`]: readModifyWrite('xor'),
    [`AMOAND_${suffix}`]: readModifyWrite('and'),
    [`AMOOR_${suffix}`]: readModifyWrite('or'),
  };
}

export const ATOMICS: Readonly<Record<string, Atomic>> = {
  ...atomics('W', 4, 'u32'),
  ...atomics('D', 8, 'u64'),
};

/** Atomics that leave the smaller or larger of `o`, what was there, and `b`, the value of rs2. */
export interface AtomicSelection {
  readonly bytes: 4 | 8;
  readonly type: string;
  readonly chosen: string;
}

function selections(suffix: string, bytes: 4 | 8): Record<string, AtomicSelection> {
  const bits = 8 * bytes;
  const one = (chosen: string, sign: 'i' | 'u'): AtomicSelection => ({
    bytes,
    type: `${sign}${bits}`,
    chosen: `${chosen}<${sign}${bits}>(o, b)`,
  });
  return {
    [`AMOMIN_${suffix}`]: one('min', 'i'),
    [`AMOMAX_${suffix}`]: one('max', 'i'),
    [`AMOMINU_${suffix}`]: one('min', 'u'),
    [`AMOMAXU_${suffix}`]: one('max', 'u'),
  };
}

export const ATOMIC_SELECTIONS: Readonly<Record<string, AtomicSelection>> = {
  ...selections('W', 4),
  ...selections('D', 8),
};

/**
 * F and D by Wasm's own arithmetic: `x` and `y` are the values of rs1 and rs2 (Unprivileged 20, 21). They
 * hold where fcsr has NX set and rounds to nearest, and the result is plain (softfloat/native), or a finite sum.
 */
export const FLOAT_RESULTS: Readonly<Record<string, string>> = {
  FADD: 'x + y',
  FSUB: 'x - y',
  FMUL: 'x * y',
  FDIV: 'x / y',
};

/** Comparisons of D that raise no flag when neither operand is a NaN. */
export const FLOAT_COMPARISONS: Readonly<Record<string, string>> = {
  FEQ_D: 'x === y',
  FLT_D: 'x < y',
  FLE_D: 'x <= y',
};

/** Moves among f registers, all 64 bits; `x` and `y` are bits. */
export const FLOAT_MOVES: Readonly<Record<string, string>> = {
  FSGNJ_D: '(x & ~SIGN) | (y & SIGN)',
  FSGNJN_D: '(x & ~SIGN) | (~y & SIGN)',
  FSGNJX_D: 'x ^ (y & SIGN)',
};
