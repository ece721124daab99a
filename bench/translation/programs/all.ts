import type { GuestProgram } from '../../programs/program.js';
import { fenceAddress, fenceAll, fenceAsid } from './fence.js';
import { fetchHit, fetchMiss, guestFetchHit, guestFetchMiss } from './fetch.js';
import { guestHit, guestMiss, hit, miss, superpage } from './sweep.js';
import { spaceSwitch } from './switch.js';
import { thrash } from './thrash.js';

/** The programs in S-mode, in the order of the table. */
export const PROGRAMS: readonly GuestProgram[] = [
  hit,
  miss,
  superpage,
  thrash,
  fetchMiss,
  fenceAll,
  fenceAsid,
  fenceAddress,
  spaceSwitch,
];

/** Programs in VS-mode behind a G-stage, and the same in S-mode. */
export const GUEST_PROGRAMS: readonly (readonly [GuestProgram, GuestProgram])[] = [
  [guestHit, hit],
  [guestFetchHit, fetchHit],
  [guestMiss, miss],
  [guestFetchMiss, fetchMiss],
];
