/** Exits of a hart's own guest, counted by cause: what a nested virtual machine costs. */
import {
  FETCH_GUEST_PAGE,
  INTERRUPT,
  LOAD_GUEST_PAGE,
  STORE_GUEST_PAGE,
  VIRTUAL_ECALL,
  VIRTUAL_INSTRUCTION,
} from './cause';
import { at } from './hart';

/** A trap leaves V=1 for HS- or M-mode. */
export function countGuestExit(hart: usize, cause: u64): void {
  const state = at(hart);
  if (cause & INTERRUPT) state.guestInterrupts += 1;
  else if (cause === VIRTUAL_ECALL) state.guestEcalls += 1;
  else if (cause === FETCH_GUEST_PAGE) state.guestFetchFaults += 1;
  else if (cause === LOAD_GUEST_PAGE) state.guestLoadFaults += 1;
  else if (cause === STORE_GUEST_PAGE) state.guestStoreFaults += 1;
  else if (cause === VIRTUAL_INSTRUCTION) state.guestInstructions += 1;
  else state.guestOthers += 1;
}
