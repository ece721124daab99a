const MAGNITUDE = 0x7fff_ffff;
/** The bits for NaNs. */
const SIGNALLING = 1 << 8;
const QUIET = 1 << 9;

/** The mask of fclass for a binary64 number, one of ten bits set (Unprivileged 20.9). */
export function classifyHalves(low: number, high: number): number {
  const exponent = (high >> 20) & 0x7ff;
  const fraction = (high & 0xf_ffff) | low;
  if (exponent === 0x7ff && fraction !== 0) return (high & (1 << 19)) !== 0 ? QUIET : SIGNALLING;
  return maskOf(high < 0, kindOf(exponent === 0x7ff, exponent !== 0, fraction !== 0));
}

/** The mask for a binary32 number. */
export function classifySingle(bits: number): number {
  const exponent = (bits & MAGNITUDE) >> 23;
  const fraction = bits & 0x7f_ffff;
  if (exponent === 0xff && fraction !== 0) return (bits & (1 << 22)) !== 0 ? QUIET : SIGNALLING;
  return maskOf(bits < 0, kindOf(exponent === 0xff, exponent !== 0, fraction !== 0));
}

/** 0 zero, 1 subnormal, 2 normal, 3 infinite: outwards from the middle of bits 0..7. */
function kindOf(infinite: boolean, normal: boolean, nonzero: boolean): number {
  if (infinite) return 3;
  if (normal) return 2;
  return nonzero ? 1 : 0;
}

function maskOf(negative: boolean, kind: number): number {
  return negative ? 1 << (3 - kind) : 1 << (4 + kind);
}
