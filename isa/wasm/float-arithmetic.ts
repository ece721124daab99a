/** Sums, products, quotients and roots of F and D, by native arithmetic (Unprivileged 20.6, 21.4). */
import {
  BOX,
  boxed,
  finite,
  finiteSingle,
  mayRound,
  mayRoundIf,
  plain,
  plainSingle,
  single,
  trailingZeros,
} from './float-operands.js';

/**
 * A sum is exact if and only if each operand is what remains without the other: the difference from the greater one
 * needs no rounding (Dekker's Fast2Sum). A sum is never tiny and inexact.
 */
const SUM_INEXACT = 'd0 x f64.sub y f64.ne d0 y f64.sub x f64.ne i32.or';
const DIFFERENCE_INEXACT = 'x d0 f64.sub y f64.ne d0 y f64.add x f64.ne i32.or';

/** Operands of few significant bits have an exact product, as long as it is normal; and 0 times a number is 0. */
const fewBits = (a: string, b: string) =>
  `${trailingZeros(a)} ${trailingZeros(b)} i32.add i32.const 53 i32.lt_s`;
const PRODUCT_INEXACT = [
  `${plain('d0')} if-i32 ${fewBits('x', 'y')}`,
  'else d0 f64.const 0 f64.ne x f64.const 0 f64.ne y f64.const 0 f64.ne i32.and i32.or end',
].join(' ');

/**
 * A quotient is exact if its product with the divisor is exact, and the dividend; 0 divided by a number is 0. A tiny
 * dividend is a multiple of that product's last place, and nearer to it than one: so their comparison may round.
 */
const QUOTIENT_INEXACT = [
  `${plain('d0')} if-i32 ${fewBits('d0', 'y')} d0 y f64.mul x f64.ne i32.or`,
  'else d0 f64.const 0 f64.ne x f64.const 0 f64.ne i32.or end',
].join(' ');

/** A root is exact if its square is exact, and the radicand; here, too, a tiny one may be compared. */
const ROOT_INEXACT = `${trailingZeros('d0')} i32.const 27 i32.lt_s d0 d0 f64.mul x f64.ne i32.or`;

const FINITE = finite('d0', 'd1');

const X = single('x');
const Y = single('y');
const S0 = 's0 f64.promote_f32';
const PX = `${X} f64.promote_f32`;
const PY = `${Y} f64.promote_f32`;

/** binary64 holds products of binary32 exactly, and what a sum of them lacks. */
const singles = (operation: string, stands: string) =>
  `${boxed('x', 'y')} ${X} ${Y} ${operation} =s0 ${stands} s0 ${BOX}`;
const FINITE_SINGLE = finiteSingle('s0', 's1');

export const ARITHMETIC: Readonly<Record<string, string>> = {
  FADD_D: `x y f64.add =d0 ${FINITE} ${mayRound(SUM_INEXACT)} d0 fd`,
  FSUB_D: `x y f64.sub =d0 ${FINITE} ${mayRound(DIFFERENCE_INEXACT)} d0 fd`,
  FMUL_D: `x y f64.mul =d0 ${mayRoundIf(plain('d0'), PRODUCT_INEXACT)} d0 fd`,
  FDIV_D: `x y f64.div =d0 ${mayRoundIf(plain('d0'), QUOTIENT_INEXACT)} d0 fd`,
  FSQRT_D: `x f64.sqrt =d0 d0 d0 f64.ne side ${mayRound(ROOT_INEXACT)} d0 fd`,
  FADD_S: singles(
    'f32.add',
    `${FINITE_SINGLE} ${mayRound(`${S0} ${PX} f64.sub ${PY} f64.ne ${S0} ${PY} f64.sub ${PX} f64.ne i32.or`)}`,
  ),
  FSUB_S: singles(
    'f32.sub',
    `${FINITE_SINGLE} ${mayRound(`${PX} ${S0} f64.sub ${PY} f64.ne ${S0} ${PY} f64.add ${PX} f64.ne i32.or`)}`,
  ),
  FMUL_S: singles('f32.mul', mayRoundIf(plainSingle('s0'), `${PX} ${PY} f64.mul ${S0} f64.ne`)),
  FDIV_S: singles('f32.div', mayRoundIf(plainSingle('s0'), `${S0} ${PY} f64.mul ${PX} f64.ne`)),
  FSQRT_S: [
    `${boxed('x')} ${X} f32.sqrt =s0 s0 s0 f32.ne side`,
    `${mayRound(`${S0} ${S0} f64.mul ${PX} f64.ne`)} s0 ${BOX}`,
  ].join(' '),
};
