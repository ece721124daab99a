/** What fields that take only legal values make of others (Privileged 2.3). */
import { Ext } from '../generated/ops';
import { at } from './hart';

/** tvec: modes direct and vectored; a reserved mode leaves the register as it was. */
export function legalVector(old: u64, value: u64): u64 {
  return value & 2 ? old : value;
}

/** Whether a MODE of satp, vsatp or hgatp is one the CPU model has: Bare, Sv39, Sv48, Sv57 (12.1.11). */
export function hasRootMode(hart: usize, mode: u64): bool {
  const extensions = at(hart).extensions;
  if (mode === 0 || mode === 8) return true;
  if (mode === 9) return (extensions & Ext.SV48) !== 0;
  return mode === 10 && (extensions & Ext.SV57) !== 0;
}
