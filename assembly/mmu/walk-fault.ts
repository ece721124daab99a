/** Why a walk failed (Privileged 12.3.2, 15.6.3). The variables live within one call into the core. */
import {
  FETCH_ACCESS,
  FETCH_GUEST_PAGE,
  FETCH_PAGE,
  LOAD_ACCESS,
  LOAD_GUEST_PAGE,
  LOAD_PAGE,
  STORE_ACCESS,
  STORE_GUEST_PAGE,
  STORE_PAGE,
} from '../hart/cause';
import { FETCH, READ } from './entry';

/** Cause of the failed walk; or that the host has no frame for a table's page; or that it must begin anew. */
export let walkFault: u64 = 0;
export const WALK_NO_MEMORY: u64 = u64.MAX_VALUE;
export const WALK_AGAIN: u64 = u64.MAX_VALUE - 2;

/** Of a guest-page fault: the guest-physical address, else 0. */
export let faultedGuest: u64 = 0;
/** Of a guest-page fault at an entry of a VS-stage table: what goes into tinst (15.6.3), else 0. */
export let faultedImplicit: u64 = 0;

/** Pseudo-instructions: a 64-bit read or write of a table of the VS-stage. */
export const IMPLICIT_READ: u64 = 0x3000;
export const IMPLICIT_WRITE: u64 = 0x3020;

export function pageFault(access: u32): u64 {
  return access === FETCH ? FETCH_PAGE : access === READ ? LOAD_PAGE : STORE_PAGE;
}

export function accessFault(access: u32): u64 {
  return access === FETCH ? FETCH_ACCESS : access === READ ? LOAD_ACCESS : STORE_ACCESS;
}

function guestPageFault(access: u32): u64 {
  if (access === FETCH) return FETCH_GUEST_PAGE;
  return access === READ ? LOAD_GUEST_PAGE : STORE_GUEST_PAGE;
}

/** Always false, as the walk's result. */
export function fail(cause: u64): bool {
  walkFault = cause;
  faultedGuest = 0;
  faultedImplicit = 0;
  return false;
}

/** The G-stage does not translate `gpa`; the cause is that of the access the walk is made for (15.5.1). */
export function failGuest(access: u32, gpa: u64, implicit: u64): bool {
  walkFault = guestPageFault(access);
  faultedGuest = gpa;
  faultedImplicit = implicit;
  return false;
}
