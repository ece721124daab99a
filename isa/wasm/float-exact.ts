/** What of F and D has no rounding mode and raises nothing, but NV for NaNs, which leave (Unprivileged 20.6 to 20.9). */
import { BOX, boxed, single } from './float-operands.js';

const X = single('x');
const Y = single('y');
const BITS_X = 'x i64.reinterpret_f64';
const BITS_Y = 'y i64.reinterpret_f64';
const SIGN_D = 'i64.const 0x8000000000000000';
const SIGN_S = 'i64.const 0x80000000';
const NO_SIGN_S = 'i64.const 0xffffffff7fffffff';
const DOUBLE = 'f64.reinterpret_i64 fd';

/** A sum with a NaN is a NaN; infinities of two signs leave as well. */
const ORDERED_D = 'ready x y f64.add >d0 d0 f64.ne side';
const ORDERED_S = `ready ${boxed('x', 'y')} ${X} >s0 ${Y} >s1 f32.add >s1 s1 f32.ne side`;

const compareDouble = (condition: string) => `${ORDERED_D} x y ${condition} i64.extend_i32_u rd`;
const compareSingle = (condition: string) =>
  `${ORDERED_S} ${X} ${Y} ${condition} i64.extend_i32_u rd`;
const chooseDouble = (choice: string) => `ready x y ${choice} >d0 d0 f64.ne side d0 fd`;
const chooseSingle = (choice: string) =>
  `ready ${boxed('x', 'y')} ${X} ${Y} ${choice} >s0 s0 f32.ne side s0 ${BOX}`;

/**
 * The class of the bits in l0, of which l1 is the magnitude (Unprivileged 20.9): numbers are 4 to 7 by size, or
 * if negative 3 to 0.
 */
const classify = (normal: string, infinity: string, quiet: string) =>
  [
    `l1 i64.const ${infinity} i64.gt_u if-i64 i64.const 0x100 l1 i64.const ${quiet} i64.ge_u i64.extend_i32_u i64.shl`,
    'else i64.const 1 i64.const 4 l1 i64.const 0 i64.ne i64.extend_i32_u i64.add',
    `l1 i64.const ${normal} i64.ge_u i64.extend_i32_u i64.add`,
    `l1 i64.const ${infinity} i64.eq i64.extend_i32_u i64.add`,
    'l0 i64.const 63 i64.shr_s i64.const 7 i64.and i64.xor i64.shl end rd',
  ].join(' ');

export const EXACT: Readonly<Record<string, string>> = {
  FEQ_D: compareDouble('f64.eq'),
  FLT_D: compareDouble('f64.lt'),
  FLE_D: compareDouble('f64.le'),
  FEQ_S: compareSingle('f32.eq'),
  FLT_S: compareSingle('f32.lt'),
  FLE_S: compareSingle('f32.le'),
  FMIN_D: chooseDouble('f64.min'),
  FMAX_D: chooseDouble('f64.max'),
  FMIN_S: chooseSingle('f32.min'),
  FMAX_S: chooseSingle('f32.max'),

  FSGNJ_D: 'ready x y f64.copysign fd',
  FSGNJN_D: 'ready x y f64.neg f64.copysign fd',
  FSGNJX_D: `ready ${BITS_X} ${BITS_Y} ${SIGN_D} i64.and i64.xor ${DOUBLE}`,
  FSGNJ_S: `ready ${boxed('x', 'y')} ${BITS_X} ${NO_SIGN_S} i64.and ${BITS_Y} ${SIGN_S} i64.and i64.or ${DOUBLE}`,
  FSGNJN_S: `ready ${boxed('x', 'y')} ${BITS_X} ${SIGN_S} i64.or ${BITS_Y} ${SIGN_S} i64.and i64.xor ${DOUBLE}`,
  FSGNJX_S: `ready ${boxed('x', 'y')} ${BITS_X} ${BITS_Y} ${SIGN_S} i64.and i64.xor ${DOUBLE}`,

  FCLASS_D: `ready ${BITS_X} >l0 i64.const 0x7fffffffffffffff i64.and =l1 ${classify('0x10000000000000', '0x7ff0000000000000', '0x7ff8000000000000')}`,
  FCLASS_S: `ready ${boxed('x')} ${BITS_X} i64.extend32_s >l0 i64.const 0x7fffffff i64.and =l1 ${classify('0x800000', '0x7f800000', '0x7fc00000')}`,

  FMV_X_D: `ready ${BITS_X} rd`,
  FMV_D_X: `ready a ${DOUBLE}`,
  FMV_X_W: `ready ${BITS_X} i64.extend32_s rd`,
  FMV_W_X: `ready a i64.const 0xffffffff00000000 i64.or ${DOUBLE}`,
};

/** fmv, fneg and fabs: sign injections of a register and itself. */
export const SAME_OPERANDS: Readonly<Record<string, string>> = {
  FSGNJ_D: 'ready x fd',
  FSGNJN_D: 'ready x f64.neg fd',
  FSGNJX_D: 'ready x f64.abs fd',
  FSGNJ_S: `ready ${boxed('x')} x fd`,
  FSGNJN_S: `ready ${boxed('x')} ${BITS_X} ${SIGN_S} i64.xor ${DOUBLE}`,
  FSGNJX_S: `ready ${boxed('x')} ${BITS_X} ${NO_SIGN_S} i64.and ${DOUBLE}`,
};
