/** What templates of F and D have in common: operands of binary32, and what must hold for a result to stand. */

/**
 * Leaves unless NX can be the only flag left to raise, or none: frm is RNE and FS Dirty (`refreshFloat`). It also
 * keeps a reserved frm for exec/slow, to which even an exact instruction is illegal with a dynamic mode.
 */
export const NEAR = 'floatReady i32.const 2 i32.ne';

/** Leaves unless all of these registers hold NaN boxes (Unprivileged 21.2): upper halves of ones. */
export function boxed(...registers: readonly string[]): string {
  const [first, ...others] = registers.map((register) => `${register} i64.reinterpret_f64`);
  const all = [first, ...others.map((bits) => `${bits} i64.and`)].join(' ');
  return `${all} i64.const 32 i64.shr_s i64.const -1 i64.ne side`;
}

/** Value of a boxed register as f32. */
export function single(register: string): string {
  return `${register} i64.reinterpret_f64 i32.wrap_i64 f32.reinterpret_i32`;
}

/** Boxes the f32 on the stack, into the destination. */
export const BOX =
  'i32.reinterpret_f32 i64.extend_i32_u i64.const 0xffffffff00000000 i64.or f64.reinterpret_i64 fd';

/** Leaves for an infinity or a NaN: their difference from themselves is a NaN. */
export const finite = (v: string, scratch: string) =>
  `${v} ${v} f64.sub >${scratch} ${scratch} f64.ne side`;
export const finiteSingle = (v: string, scratch: string) =>
  `${v} ${v} f32.sub >${scratch} ${scratch} f32.ne side`;

/**
 * Whether a result may have raised nothing but NX (softfloat/native): it is normal and finite. The lowest binade is
 * left out, since a tiny number might have been rounded to its first.
 */
export const plain = (v: string) =>
  `${v} i64.reinterpret_f64 i64.const 52 i64.shr_u i32.wrap_i64 i32.const 0x7ff i32.and i32.const 2 i32.sub i32.const 2045 i32.lt_u`;
export const plainSingle = (v: string) =>
  `${v} i32.reinterpret_f32 i32.const 1 i32.shl i32.const 0x2000000 i32.sub i32.const 0xfd000000 i32.lt_u`;

/** Zeros below the last set bit of a fraction; its leading bit counts. */
export const trailingZeros = (v: string) =>
  `${v} i64.reinterpret_f64 i64.const 0x10000000000000 i64.or i64.ctz i32.wrap_i64`;

/**
 * Leaves unless a result stands that is right in RNE: NX has to be set, or nothing may have been rounded (`inexact`).
 * So programs that compute with whole numbers, and never set NX, remain in their regions.
 */
export const mayRound = (inexact: string) =>
  `floatFast i32.eqz when ${inexact} ${NEAR} i32.or side done`;

/**
 * The same where another flag may have been raised as well, or the result may be wrong, unless `holds`. Where it
 * does not, `inexact` decides.
 */
export const mayRoundIf = (holds: string, inexact: string) =>
  `${holds} floatFast i32.and i32.eqz when ${inexact} ${NEAR} i32.or side done`;
