/**
 * a * b + c, rounded once, by native arithmetic and exact errors (Unprivileged 20.6; softfloat/fused-native has the
 * same for the interpreter).
 */
import { BOX, boxed, finite, mayRound, mayRoundIf, plainSingle, single } from './float-operands.js';

/** How the four differ: what is negative, the product or the addend. */
interface Signs {
  readonly product: boolean;
  readonly addend: boolean;
}
const OPS: Readonly<Record<string, Signs>> = {
  FMADD: { product: false, addend: false },
  FMSUB: { product: false, addend: true },
  FNMSUB: { product: true, addend: false },
  FNMADD: { product: true, addend: true },
};
const NEGATED = (negative: boolean) => (negative ? 'f64.neg' : '');

/**
 * ```
 * d2 = product, exact in binary64; d3 = addend
 * d4 = d2 + d3; s0 = d4 rounded once more
 * ```
 * That is wrong at most where d4 was rounded to the middle between two numbers of binary32.
 */
function fusedSingle({ product, addend }: Signs): string {
  const exactSum = 'd4 d2 f64.sub d3 f64.eq d4 d3 f64.sub d2 f64.eq i32.and';
  const middle =
    'd4 i64.reinterpret_f64 i32.wrap_i64 i32.const 0x1fffffff i32.and i32.const 0x10000000 i32.ne';
  const holds = `${plainSingle('s0')} ${middle} i32.and`;
  const noFlag = `s0 f64.promote_f32 d4 f64.eq floatFast ${plainSingle('s0')} i32.and i32.or`;
  return [
    boxed('x', 'y', 'z'),
    `${single('x')} f64.promote_f32 ${NEGATED(product)} ${single('y')} f64.promote_f32 f64.mul >d2`,
    `${single('z')} f64.promote_f32 ${NEGATED(addend)} >d3 f64.add >d4 f32.demote_f64 =s0`,
    mayRoundIf(holds, `${exactSum} ${noFlag} i32.and i32.eqz`),
    `s0 ${BOX}`,
  ].join(' ');
}

/**
 * `v` rounded to 26 bits, into `high`, and the rest, of 26 bits too, into `low`. What that does to a NaN does not
 * matter; a carry from the highest number yields an infinity.
 */
const split = (v: string, high: string, low: string) =>
  `${v} i64.reinterpret_f64 i64.const 0x4000000 i64.add i64.const 0xfffffffff8000000 i64.and f64.reinterpret_i64 =${high} ${v} ${high} f64.sub =${low}`;

/** Twice the bits, without the sign: they grow with the magnitude. */
const size = (v: string) => `${v} i64.reinterpret_f64 i64.const 1 i64.shl`;
/** That of 2^-960. */
const TINY = (1023n - 960n) << 53n;

/**
 * ```
 * d2 = a * b; d8 = a * b - d2, exact (Dekker) unless the product is tiny
 * d3 = d2 + c; d6 = d2 + c - d3, exact (Dekker: from the greater one; a branch, mostly foreseen, is quicker than
 *              the three operations more that do without)
 * d7 = d6 + d8; d0 = d3 + d7; d9 = d3 + d7 - d0, exact (d3 is the greater one, or d6 is 0)
 * ```
 * d0 is the result, but perhaps where d7 was rounded to the middle between two numbers; then d9 is half of a last
 * place of d0, a power of two. An overflow on the way leaves an infinity or a NaN. A tiny product may lack bits of
 * its error; if a factor is 0, the sum is the result. From 2^-960 on there is nothing below the subnormal
 * numbers' last place, so a tiny result is exact.
 */
function fusedDouble({ product, addend }: Signs): string {
  const a = product ? 'd1' : 'x';
  const c = addend ? 'd4' : 'z';
  const isRounded = 'd7 d6 f64.sub d8 f64.ne d7 d8 f64.sub d6 f64.ne i32.or';
  const isRest = 'd9 f64.const 0 f64.ne';
  return [
    product ? 'x f64.neg =d1' : '',
    addend ? 'z f64.neg =d4' : '',
    `${a} y f64.mul =d2 ${size('d2')} =l0`,
    split(a, 'd5', 'd6'),
    split('y', 'd7', 'd8'),
    'd5 d7 f64.mul d2 f64.sub d5 d8 f64.mul f64.add d6 d7 f64.mul f64.add d6 d8 f64.mul f64.add =d8',
    `d2 ${c} f64.add =d3 ${size(c)} l0 i64.ge_u`,
    `if-f64 d2 d3 ${c} f64.sub f64.sub else ${c} d3 d2 f64.sub f64.sub end >d6 d8 f64.add =d7`,
    'd3 d7 f64.add =d0 d7 d0 d3 f64.sub f64.sub =d9',
    `l0 i64.const ${TINY} i64.lt_u`,
    'when x f64.const 0 f64.ne y f64.const 0 f64.ne i32.and side d3 =d0 f64.const 0 =d9 done',
    finite('d0', 'd5'),
    `d9 i64.reinterpret_f64 i64.const 12 i64.shl i64.eqz when ${isRounded} ${isRest} i32.and side done`,
    mayRound(`${isRounded} ${isRest} i32.or`),
    'd0 fd',
  ].join(' ');
}

export const FUSED: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(OPS).flatMap(([op, signs]) => [
    [`${op}_S`, fusedSingle(signs)],
    [`${op}_D`, fusedDouble(signs)],
  ]),
);
