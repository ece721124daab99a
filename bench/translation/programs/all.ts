import type { GuestProgram } from '../../programs/program.js';
import type { RatioSubject } from '../../programs/ratio.js';
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
export const GUEST_PROGRAMS: readonly RatioSubject[] = [
  { program: guestHit, beside: hit },
  { program: guestFetchHit, beside: fetchHit, long: true },
  { program: guestMiss, beside: miss },
  { program: guestFetchMiss, beside: fetchMiss, long: true },
];
