/**
 * F and D in translated code: native arithmetic where its result and its flags are proven to be those of
 * IEEE 754 (softfloat/native says how); `side` leaves all else to exec/slow. No result is a NaN that Wasm made,
 * since it leaves the NaN's bits open.
 */
import { ARITHMETIC } from './float-arithmetic.js';
import { CONVERSIONS, TOWARDS_ZERO_CONVERSIONS } from './float-conversions.js';
import { EXACT, SAME_OPERANDS } from './float-exact.js';
import { FUSED } from './float-fused.js';

/** Ops whose word has a rounding mode: these hold where it is RNE or dynamic, and check frm themselves. */
export const FLOAT_TEMPLATES: Readonly<Record<string, string>> = {
  ...ARITHMETIC,
  ...FUSED,
  ...CONVERSIONS,
};

/** The same where the word's mode is RTZ. */
export const FLOAT_RTZ_TEMPLATES = TOWARDS_ZERO_CONVERSIONS;

/** Ops without a rounding mode. */
export const FLOAT_EXACT_TEMPLATES = EXACT;

/** The same where rs1 and rs2 are one register. */
export const FLOAT_SAME_TEMPLATES = SAME_OPERANDS;
