import { at, F_OFFSET } from '../hart/hart';

/** What the tests of F and D call: they compile this file alone. */
export { executeFloat } from './float';

/** Bytes from the start of a hart's block to its f registers. */
export function floatOffset(): usize {
  return F_OFFSET;
}

export function fcsr(hart: usize): u32 {
  return at(hart).fcsr;
}

export function setFcsr(hart: usize, value: u32): void {
  at(hart).fcsr = value;
}
