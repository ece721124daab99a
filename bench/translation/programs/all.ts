import type { GuestProgram } from '../../programs/program.js';
import { fenceAddress, fenceAll, fenceAsid } from './fence.js';
import { fetchMiss } from './fetch.js';
import { hit, miss, superpage } from './sweep.js';
import { spaceSwitch } from './switch.js';
import { thrash } from './thrash.js';

/** The programs of the group, in the order of the table. */
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
