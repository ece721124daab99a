/**
 * What a step costs beyond a step. Budgets count steps, but a fence that searches the TLB, or a code page
 * that must be cleared, takes as long as hundreds of them. Such work is counted here, and much of it ends
 * the call early, as a spent budget would: no guest can make a call last (law 8).
 */
import { requestStop } from '../hart/interrupts';
import { vmAt } from './vm';

/** In entries looked at or slots written, 1 to 3 nanoseconds each: 3 ms at most. */
const MOST_WORK: u32 = 1_000_000;

export function spendWork(vm: usize, units: u32): void {
  vmAt(vm).work += units;
  if (isWorkSpent(vm)) requestStop(vmAt(vm).running);
}

export function isWorkSpent(vm: usize): bool {
  return vmAt(vm).work >= MOST_WORK;
}
