import type { GuestProgram } from '../../programs/program.js';
import type { RatioSubject } from '../../programs/ratio.js';
import { guestCall, guestExit, userCall } from './call.js';
import { mmio } from './mmio.js';
import { worldSwitch } from './world-switch.js';

/** Programs, and what they are measured beside. */
export const RATIOS: readonly RatioSubject[] = [
  { program: guestExit, beside: userCall },
  { program: guestCall, beside: userCall },
];

/** Programs that are measured by themselves. */
export const PROGRAMS: readonly GuestProgram[] = [worldSwitch, mmio];
