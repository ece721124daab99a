/**
 * How an SBI function answers (SBI 2.0, chapter 3): an error in a0 and a value in a1; all other
 * registers keep what they hold.
 */
import { at } from '../hart/hart';

export const SBI_SUCCESS: i64 = 0;
export const SBI_ERR_FAILED: i64 = -1;
export const SBI_ERR_NOT_SUPPORTED: i64 = -2;
export const SBI_ERR_INVALID_PARAM: i64 = -3;
export const SBI_ERR_INVALID_ADDRESS: i64 = -5;
export const SBI_ERR_ALREADY_AVAILABLE: i64 = -6;

export function succeed(hart: usize, value: u64): void {
  at(hart).x10 = SBI_SUCCESS;
  at(hart).x11 = value;
}

/** Answers with an error; nothing else may have changed. */
export function fail(hart: usize, error: i64): void {
  at(hart).x10 = error;
  at(hart).x11 = 0;
}
