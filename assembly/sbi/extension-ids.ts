import { isLegacyOffered } from './legacy';

/** Extension ids: ASCII but for the base and what is older (SBI 3). */
export const LEGACY_LAST: u64 = 0x0f;
export const BASE: u64 = 0x10;
export const TIME: u64 = 0x5449_4d45;
export const IPI: u64 = 0x73_5049;
export const RFENCE: u64 = 0x5246_4e43;
export const HSM: u64 = 0x48_534d;
export const SRST: u64 = 0x5352_5354;
export const DBCN: u64 = 0x4442_434e;

/** Whether `probe_extension` finds an extension. */
export function isOffered(eid: u64): bool {
  if (eid <= LEGACY_LAST) return isLegacyOffered(eid);
  return (
    eid === BASE ||
    eid === TIME ||
    eid === IPI ||
    eid === RFENCE ||
    eid === HSM ||
    eid === SRST ||
    eid === DBCN
  );
}
