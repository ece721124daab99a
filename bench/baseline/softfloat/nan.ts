import { NV, raise } from './flags.js';
import { type Format, isSignalling } from './format.js';

/** The result of an invalid operation: NV is raised, the canonical NaN returned. */
export function invalid(format: Format): bigint {
  raise(NV);
  return format.canonicalNaN;
}

/** The result when an operand is a NaN: canonical; NV only for a signalling one. */
export function fromNaN(format: Format, a: bigint, b: bigint): bigint {
  if (isSignalling(format, a) || isSignalling(format, b)) raise(NV);
  return format.canonicalNaN;
}
