/**
 * Breakpoints by virtual address. They cost nothing where there are none: the fetch entry of a page
 * that has one is never fast, so that each of its instructions is fetched through exec/fetch, which
 * asks here.
 */
import { at } from '../hart/hart';
import { PAGE_SIZE } from '../layout';
import { dropFetchesOfPage } from '../mmu/drop';
import {
  BREAKPOINTS_MOST,
  breakpointAt,
  debugOf,
  PASS_BREAKPOINT,
  passes,
  putBreakpoint,
  STOP_BREAKPOINT,
} from './record';
import { stopForDebugger } from './stop';

/** Index of the breakpoint at `address`, or their number. */
function find(vm: usize, address: u64): u32 {
  const count = debugOf(vm).breakpoints;
  let index: u32 = 0;
  while (index < count && breakpointAt(vm, index) !== address) ++index;
  return index;
}

/** False when the table is full; setting one that is set changes nothing. */
export function setBreakpoint(vm: usize, address: u64): bool {
  const count = debugOf(vm).breakpoints;
  if (find(vm, address) < count) return true;
  if (count === BREAKPOINTS_MOST) return false;
  putBreakpoint(vm, count, address);
  debugOf(vm).breakpoints = count + 1;
  dropFetchesOfPage(vm, address);
  return true;
}

/** False when there is none. */
export function clearBreakpoint(vm: usize, address: u64): bool {
  const count = debugOf(vm).breakpoints;
  const index = find(vm, address);
  if (index === count) return false;
  putBreakpoint(vm, index, breakpointAt(vm, count - 1));
  debugOf(vm).breakpoints = count - 1;
  return true;
}

/** Whether instructions of the page of `pc` must be fetched one by one. */
export function hasBreakpointIn(vm: usize, pc: u64): bool {
  const count = debugOf(vm).breakpoints;
  for (let index: u32 = 0; index < count; ++index) {
    if ((breakpointAt(vm, index) ^ pc) < <u64>PAGE_SIZE) return true;
  }
  return false;
}

/** Stops the hart if it is about to execute what has a breakpoint. */
export function stopsAtBreakpoint(hart: usize, pc: u64): bool {
  const vm = <usize>at(hart).vm;
  if (find(vm, pc) === debugOf(vm).breakpoints) return false;
  if (passes(vm, at(hart).index) & PASS_BREAKPOINT) return false;
  stopForDebugger(hart, STOP_BREAKPOINT, PASS_BREAKPOINT, pc);
  return true;
}
