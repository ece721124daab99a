/**
 * Where an SBI function finds its arguments, and how it answers (SBI 2.0, chapter 3): arguments in a0 to
 * a5, function in a6, extension in a7; an error in a0 and a value in a1. All other registers keep what
 * they hold.
 */
import type { Hart } from '../hart/hart.js';
import { lowOf, unsigned } from '../pair.js';

/** Indices of `Hart.x`. */
export const A0 = 20;
export const A1 = 22;
export const A2 = 24;
export const A3 = 26;
export const A4 = 28;
export const A6 = 32;
export const A7 = 34;

export const SBI_SUCCESS = 0;
export const SBI_ERR_FAILED = -1;
export const SBI_ERR_NOT_SUPPORTED = -2;
export const SBI_ERR_INVALID_PARAM = -3;
export const SBI_ERR_INVALID_ADDRESS = -5;
export const SBI_ERR_ALREADY_AVAILABLE = -6;

/** A register's value, unsigned. Above 2^53 it is rounded, which no bound that it is compared with can tell. */
export function argument(hart: Hart, register: number): number {
  return unsigned(hart.x[register], hart.x[register + 1]);
}

/** Answers in a0 alone, as legacy functions do. */
export function answer(hart: Hart, value: number): void {
  hart.x[A0] = value;
  hart.x[A0 + 1] = value >> 31;
}

/** `value` is not negative and below 2^32. */
export function succeed(hart: Hart, value: number): void {
  answer(hart, SBI_SUCCESS);
  hart.x[A1] = lowOf(value);
  hart.x[A1 + 1] = 0;
}

/** Answers with an error; nothing else may have changed. */
export function fail(hart: Hart, error: number): void {
  answer(hart, error);
  hart.x[A1] = 0;
  hart.x[A1 + 1] = 0;
}
