import { NV, raise } from './flags';
import { canonicalNaN, isSignalling } from './format';

/** The result of an invalid operation: NV is raised, the canonical NaN returned. */
export function invalid<T>(): T {
  raise(NV);
  return canonicalNaN<T>();
}

/** The result when an operand is a NaN: canonical; NV only for a signalling one. */
export function fromNaN<T>(a: T, b: T): T {
  if (isSignalling<T>(a) || isSignalling<T>(b)) raise(NV);
  return canonicalNaN<T>();
}
