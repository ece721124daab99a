/**
 * The VM generation ID (Linux: devicetree/bindings/rng/microsoft,vmgenid.yaml): 16 bytes that no two
 * machines share, one of which was copied from the other. A guest reads them when it is told that
 * they have changed, and draws its random numbers anew.
 */
import { pair } from '../pair.js';
import type { Vm } from '../vm/vm.js';

/** Bytes of the ID, which are all that is there. */
export const VMGENID_WINDOW = 16;

/** Reads `bytes` (1, 2, 4, 8) at `offset`, aligned: a pair. */
export function vmgenidLoad({ generation }: Vm, offset: number, bytes: number): number {
  switch (bytes) {
    case 8:
      return pair(generation.getInt32(offset, true), generation.getInt32(offset + 4, true));
    case 4:
      return pair(generation.getInt32(offset, true), 0);
    case 2:
      return pair(generation.getUint16(offset, true), 0);
    default:
      return pair(generation.getUint8(offset), 0);
  }
}

/**
 * Gives the machine another ID and tells the guest. One that has not begun yet has seen none, and
 * is told nothing. The ID is not lost with a reset of the devices.
 */
export function setGeneration(vm: Vm, low: bigint, high: bigint): void {
  vm.generation.setBigUint64(0, BigInt.asUintN(64, low), true);
  vm.generation.setBigUint64(8, BigInt.asUintN(64, high), true);
  if (vm.steps !== 0) vm.plic.pulse();
}
