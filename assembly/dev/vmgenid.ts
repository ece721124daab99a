/**
 * The VM generation ID (Linux: devicetree/bindings/rng/microsoft,vmgenid.yaml): 16 bytes that no two
 * machines share, one of which was copied from the other. A guest reads them when it is told that
 * they have changed, and draws its random numbers anew.
 */
import { VMGENID_IRQ } from '../layout';
import { vmAt } from '../vm/vm';
import { plicPulse } from './plic';

/** Bytes of the ID, which are all that is there. */
export const VMGENID_WINDOW: u64 = 16;

/** Reads `bytes` (1, 2, 4, 8) at `offset`, aligned. */
export function vmgenidLoad(vm: usize, offset: u32, bytes: u32): u64 {
  const record = vmAt(vm);
  const half = offset < 8 ? record.generationLow : record.generationHigh;
  const value = half >> ((<u64>offset & 7) << 3);
  return bytes === 8 ? value : value & (((<u64>1) << (bytes << 3)) - 1);
}

/**
 * Gives the machine another ID and tells the guest. One that has not begun yet has seen none, and
 * is told nothing. The ID is not lost with a reset of the devices.
 */
export function setGeneration(vm: usize, low: u64, high: u64): void {
  const record = vmAt(vm);
  record.generationLow = low;
  record.generationHigh = high;
  if (record.steps !== 0) plicPulse(vm, VMGENID_IRQ);
}
