import { isLegacyOffered } from './legacy.js';

/** Extension ids: ASCII but for the base and what is older (SBI 3). */
export const LEGACY_LAST = 0x0f;
export const BASE = 0x10;
export const TIME = 0x5449_4d45;
export const IPI = 0x73_5049;
export const RFENCE = 0x5246_4e43;
export const HSM = 0x48_534d;
export const SRST = 0x5352_5354;
export const DBCN = 0x4442_434e;

/** Whether `probe_extension` finds an extension. */
export function isOffered(eid: number): boolean {
  if (eid <= LEGACY_LAST) return isLegacyOffered(eid);
  return [BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN].includes(eid);
}
