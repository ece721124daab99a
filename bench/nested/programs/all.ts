import { guestCall, guestExit, userCall } from './call.js';
import { mmio } from './mmio.js';
import { worldSwitch } from './world-switch.js';
export const PROGRAMS = [userCall, guestExit, guestCall, worldSwitch, mmio];
