/**
 * What a debugger has set in a VM, and what it was stopped by: one record in the VM block.
 *
 * ```
 * record | breakpoints, 8 bytes each | watchpoints, 24 bytes each | a byte of PASS_* for each hart
 * ```
 * Virtual addresses, whatever address space is current: as a debug module's triggers match them.
 */
import { MAX_HARTS } from '../layout';
import { DEBUG_OFFSET } from '../vm/vm';

export const BREAKPOINTS_MOST: u32 = 64;
export const WATCHPOINTS_MOST: u32 = 16;

/** What a hart was stopped by. */
export const STOP_BREAKPOINT: u32 = 0;
export const STOP_READ: u32 = 1;
export const STOP_WRITE: u32 = 2;

/** What the next instruction of a hart is not stopped by, because it was stopped there already. */
export const PASS_BREAKPOINT: u8 = 1;
export const PASS_WATCHPOINT: u8 = 2;

@unmanaged
export class Debug {
  /** How many are set; they stand without gaps. */
  breakpoints: u32;
  watchpoints: u32;
  /** The last EXIT_DEBUG: index of the hart, STOP_*, the first watched byte of the access. */
  stopHart: u32;
  stopKind: u32;
  stopAddress: u64;
  /** Harts that stand still while others run: one bit each, by index. */
  held: u32;
}

/** A range of bytes whose accesses are told. */
@unmanaged
export class Watchpoint {
  address: u64;
  /** Its last byte, so that a range may end where the address space does. */
  last: u64;
  /** WATCH_READ, WATCH_WRITE or both (debug/watchpoints). */
  kinds: u32;
}

const RECORD: usize = 32;
const WATCHPOINT_SIZE: usize = 24;
const BREAKPOINTS: usize = DEBUG_OFFSET + RECORD;
const WATCHPOINTS: usize = BREAKPOINTS + ((<usize>BREAKPOINTS_MOST) << 3);
const PASSES: usize = WATCHPOINTS + <usize>WATCHPOINTS_MOST * WATCHPOINT_SIZE;
export const DEBUG_END: usize = PASSES + <usize>MAX_HARTS;

export function debugOf(vm: usize): Debug {
  return changetype<Debug>(vm + DEBUG_OFFSET);
}

export function breakpointAt(vm: usize, index: u32): u64 {
  return load<u64>(vm + ((<usize>index) << 3), BREAKPOINTS);
}

export function putBreakpoint(vm: usize, index: u32, address: u64): void {
  store<u64>(vm + ((<usize>index) << 3), address, BREAKPOINTS);
}

export function watchpointAt(vm: usize, index: u32): Watchpoint {
  return changetype<Watchpoint>(vm + WATCHPOINTS + <usize>index * WATCHPOINT_SIZE);
}

export function passes(vm: usize, hart: u32): u8 {
  return load<u8>(vm + <usize>hart, PASSES);
}

export function setPasses(vm: usize, hart: u32, what: u8): void {
  store<u8>(vm + <usize>hart, what, PASSES);
}
