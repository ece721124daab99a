/**
 * What the hot instructions become in translated code, to be read beside isa/bodies.ts, which is the same for the
 * interpreter. The notation is isa/wasm/notation.ts's.
 */

const LOW = 'i64.const 0xffffffff i64.and';
/** Zero-extends the lower half. */
const ZEXT = 'i32.wrap_i64 i64.extend_i32_u';
const A32 = 'a i32.wrap_i64';
const B32 = 'b i32.wrap_i64';
const SEXT = 'i64.extend32_s';
const I32 = 'i64.extend_i32_s';

/** The upper half of the unsigned product of 64 by 64 bits, from four products of 32 by 32. */
const HIGH = [
  `a ${LOW} =l0 a i64.const 32 i64.shr_u =l1 b ${LOW} =l2 b i64.const 32 i64.shr_u =l3`,
  'l1 l2 i64.mul l0 l2 i64.mul i64.const 32 i64.shr_u i64.add =l4',
  `l0 l3 i64.mul l4 ${LOW} i64.add =l5`,
  'l1 l3 i64.mul l4 i64.const 32 i64.shr_u i64.add l5 i64.const 32 i64.shr_u i64.add',
].join(' ');
/** What a negative operand takes off it. */
const LESS_B = 'a i64.const 63 i64.shr_s b i64.and i64.sub';
const LESS_A = 'b i64.const 63 i64.shr_s a i64.and i64.sub';

const compare = (condition: string) => `${condition} i64.extend_i32_u rd`;
const choose = (condition: string) => `a b a b ${condition} select rd`;
const bit = 'i64.const 1 b i64.shl';
const bitI = 'i64.const 1 i i64.shl';
const NOT = 'i64.const -1 i64.xor';

/** Ops whose result depends on registers and the immediate alone. */
export const INTEGER_TEMPLATES: Readonly<Record<string, string>> = {
  NOP: '',
  LI: 'i rd',
  MV: 'a rd',
  LUI: 'i rd',
  AUIPC: 'pc i i64.add rd',
  ADDI: 'a i i64.add rd',
  SLTI: compare('a i i64.lt_s'),
  SLTIU: compare('a i i64.lt_u'),
  XORI: 'a i i64.xor rd',
  ORI: 'a i i64.or rd',
  ANDI: 'a i i64.and rd',
  SLLI: 'a i i64.shl rd',
  SRLI: 'a i i64.shr_u rd',
  SRAI: 'a i i64.shr_s rd',
  ADD: 'a b i64.add rd',
  SUB: 'a b i64.sub rd',
  SLL: 'a b i64.shl rd',
  SLT: compare('a b i64.lt_s'),
  SLTU: compare('a b i64.lt_u'),
  XOR: 'a b i64.xor rd',
  SRL: 'a b i64.shr_u rd',
  SRA: 'a b i64.shr_s rd',
  OR: 'a b i64.or rd',
  AND: 'a b i64.and rd',
  ADDIW: `a i i64.add ${SEXT} rd`,
  SLLIW: `${A32} iw i32.shl ${I32} rd`,
  SRLIW: `${A32} iw i32.shr_u ${I32} rd`,
  SRAIW: `${A32} iw i32.shr_s ${I32} rd`,
  ADDW: `a b i64.add ${SEXT} rd`,
  SUBW: `a b i64.sub ${SEXT} rd`,
  SLLW: `${A32} ${B32} i32.shl ${I32} rd`,
  SRLW: `${A32} ${B32} i32.shr_u ${I32} rd`,
  SRAW: `${A32} ${B32} i32.shr_s ${I32} rd`,

  MUL: 'a b i64.mul rd',
  MULH: `${HIGH} ${LESS_B} ${LESS_A} rd`,
  MULHSU: `${HIGH} ${LESS_B} rd`,
  MULHU: `${HIGH} rd`,
  DIV: 'b i64.eqz if-i64 i64.const -1 else b i64.const -1 i64.eq if-i64 i64.const 0 a i64.sub else a b i64.div_s end end rd',
  DIVU: 'b i64.eqz if-i64 i64.const -1 else a b i64.div_u end rd',
  REM: 'b i64.eqz if-i64 a else a b i64.rem_s end rd',
  REMU: 'b i64.eqz if-i64 a else a b i64.rem_u end rd',
  MULW: `a b i64.mul ${SEXT} rd`,
  DIVW: `${B32} >w0 i32.eqz if-i32 i32.const -1 else w0 i32.const -1 i32.eq if-i32 i32.const 0 ${A32} i32.sub else ${A32} w0 i32.div_s end end ${I32} rd`,
  DIVUW: `${B32} >w0 i32.eqz if-i32 i32.const -1 else ${A32} w0 i32.div_u end ${I32} rd`,
  REMW: `${B32} >w0 i32.eqz if-i32 ${A32} else ${A32} w0 i32.rem_s end ${I32} rd`,
  REMUW: `${B32} >w0 i32.eqz if-i32 ${A32} else ${A32} w0 i32.rem_u end ${I32} rd`,

  SH1ADD: 'a i64.const 1 i64.shl b i64.add rd',
  SH2ADD: 'a i64.const 2 i64.shl b i64.add rd',
  SH3ADD: 'a i64.const 3 i64.shl b i64.add rd',
  ADD_UW: `a ${ZEXT} b i64.add rd`,
  SH1ADD_UW: `a ${ZEXT} i64.const 1 i64.shl b i64.add rd`,
  SH2ADD_UW: `a ${ZEXT} i64.const 2 i64.shl b i64.add rd`,
  SH3ADD_UW: `a ${ZEXT} i64.const 3 i64.shl b i64.add rd`,
  SLLI_UW: `a ${ZEXT} i i64.shl rd`,

  ANDN: `a b ${NOT} i64.and rd`,
  ORN: `a b ${NOT} i64.or rd`,
  XNOR: `a b i64.xor ${NOT} rd`,
  MIN: choose('i64.lt_s'),
  MINU: choose('i64.lt_u'),
  MAX: choose('i64.gt_s'),
  MAXU: choose('i64.gt_u'),
  ROL: 'a b i64.rotl rd',
  ROR: 'a b i64.rotr rd',
  RORI: 'a i i64.rotr rd',
  ROLW: `${A32} ${B32} i32.rotl ${I32} rd`,
  RORW: `${A32} ${B32} i32.rotr ${I32} rd`,
  RORIW: `${A32} iw i32.rotr ${I32} rd`,
  CLZ: 'a i64.clz rd',
  CTZ: 'a i64.ctz rd',
  CPOP: 'a i64.popcnt rd',
  CLZW: `${A32} i32.clz i64.extend_i32_u rd`,
  CTZW: `${A32} i32.ctz i64.extend_i32_u rd`,
  CPOPW: `${A32} i32.popcnt i64.extend_i32_u rd`,
  SEXT_B: 'a i64.extend8_s rd',
  SEXT_H: 'a i64.extend16_s rd',
  ZEXT_H: 'a i64.const 0xffff i64.and rd',
  // Bit 7 of each byte that is not zero, then all bits of it.
  ORC_B:
    'a i64.const 0x7f7f7f7f7f7f7f7f i64.and i64.const 0x7f7f7f7f7f7f7f7f i64.add a i64.or i64.const 0x8080808080808080 i64.and i64.const 7 i64.shr_u i64.const 255 i64.mul rd',
  REV8: [
    'a i64.const 8 i64.shr_u i64.const 0x00ff00ff00ff00ff i64.and',
    'a i64.const 0x00ff00ff00ff00ff i64.and i64.const 8 i64.shl i64.or =l0',
    'l0 i64.const 16 i64.shr_u i64.const 0x0000ffff0000ffff i64.and',
    'l0 i64.const 0x0000ffff0000ffff i64.and i64.const 16 i64.shl i64.or',
    'i64.const 32 i64.rotl rd',
  ].join(' '),

  BCLR: `a ${bit} ${NOT} i64.and rd`,
  BCLRI: `a ${bitI} ${NOT} i64.and rd`,
  BEXT: 'a b i64.shr_u i64.const 1 i64.and rd',
  BEXTI: 'a i i64.shr_u i64.const 1 i64.and rd',
  BINV: `a ${bit} i64.xor rd`,
  BINVI: `a ${bitI} i64.xor rd`,
  BSET: `a ${bit} i64.or rd`,
  BSETI: `a ${bitI} i64.or rd`,

  CZERO_EQZ: 'i64.const 0 a b i64.eqz select rd',
  CZERO_NEZ: 'a i64.const 0 b i64.eqz select rd',
};

/** When a branch is taken, i32. */
export const CONDITION_TEMPLATES: Readonly<Record<string, string>> = {
  BEQZ: 'a i64.eqz',
  BNEZ: 'a i64.const 0 i64.ne',
  BEQ: 'a b i64.eq',
  BNE: 'a b i64.ne',
  BLT: 'a b i64.lt_s',
  BGE: 'a b i64.ge_s',
  BLTU: 'a b i64.lt_u',
  BGEU: 'a b i64.ge_u',
};

/** The access itself, its address or address and value being on the stack. */
export const LOAD_TEMPLATES: Readonly<Record<string, string>> = {
  LB: 'i64.load8_s rd',
  LH: 'i64.load16_s rd',
  LW: 'i64.load32_s rd',
  LD: 'i64.load rd',
  LBU: 'i64.load8_u rd',
  LHU: 'i64.load16_u rd',
  LWU: 'i64.load32_u rd',
  FLW: 'i64.load32_u i64.const 0xffffffff00000000 i64.or f64.reinterpret_i64 fd',
  FLD: 'f64.load fd',
};

export const STORE_TEMPLATES: Readonly<Record<string, string>> = {
  SB: 'b i64.store8',
  SH: 'b i64.store16',
  SW: 'b i64.store32',
  SD: 'b i64.store',
  FSW: 'y i64.reinterpret_f64 i64.store32',
  FSD: 'y f64.store',
};

/** Read-modify-write, `p` being the operand's linear address (Unprivileged 14). */
function atomics(suffix: 'W' | 'D'): Record<string, string> {
  const type = suffix === 'W' ? 'i32' : 'i64';
  const operand = suffix === 'W' ? B32 : 'b';
  const widen = suffix === 'W' ? I32 : '';
  const old = suffix === 'W' ? 'w0' : 'l0';
  const rmw = (name: string) => `p ${operand} ${type}.atomic.rmw.${name} ${widen} rd`;
  // With one thread nothing comes between; if it did, exec/slow would try again.
  const select = (condition: string) =>
    [
      `p ${type}.atomic.load =${old}`,
      `p ${old} ${old} ${operand} ${old} ${operand} ${type}.${condition} select`,
      `${type}.atomic.rmw.cmpxchg ${old} ${type}.ne side ${old} ${widen} rd`,
    ].join(' ');
  return {
    [`AMOSWAP_${suffix}`]: rmw('xchg'),
    [`AMOADD_${suffix}`]: rmw('add'),
    [`AMOXOR_${suffix}`]: rmw('xor'),
    [`AMOAND_${suffix}`]: rmw('and'),
    [`AMOOR_${suffix}`]: rmw('or'),
    [`AMOMIN_${suffix}`]: select('lt_s'),
    [`AMOMAX_${suffix}`]: select('gt_s'),
    [`AMOMINU_${suffix}`]: select('lt_u'),
    [`AMOMAXU_${suffix}`]: select('gt_u'),
  };
}

export const ATOMIC_TEMPLATES: Readonly<Record<string, string>> = {
  ...atomics('W'),
  ...atomics('D'),
};
