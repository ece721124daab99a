/**
 * F and D in translated code: native arithmetic where its result and its flags are proven to be those of
 * IEEE 754 (softfloat/native says how); `side` leaves all else to exec/slow.
 */

/** Whether a f64 or f32 on the stack, kept in `v`, is finite; leaves the region if not. */
const finite = (v: string, type: 'f64' | 'f32') =>
  type === 'f64'
    ? `${v} f64.abs f64.const Infinity f64.lt i32.eqz side`
    : `${v} f64.promote_f32 f64.abs f64.const Infinity f64.lt i32.eqz side`;

/** Ops of F and D that have a place in regions. */
export const FLOAT_TEMPLATES: Readonly<Record<string, string>> = {
  FADD_D: `fast x y f64.add =d0 ${finite('d0', 'f64')} d0 fd`,
};
