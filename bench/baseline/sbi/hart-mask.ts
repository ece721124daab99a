import type { Hart } from '../hart/hart.js';
import type { Vm } from '../vm/vm.js';
import { A0, A1, argument } from './call.js';

/** Answer of `hartSet` to a mask that names a hart which the VM lacks. */
export const NO_SUCH_HART: undefined = undefined;

/**
 * The harts that a call's hart mask names (SBI 3.1), bit n for hart n: those of the mask in a0 counted
 * from the hart in a1 on; all if that is all ones, whatever the mask.
 */
export function hartSet(hart: Hart): number | undefined {
  const harts = hart.vm.harts.length;
  const x = hart.x;
  if (x[A1] === -1 && x[A1 + 1] === -1) return harts === 32 ? -1 : (1 << harts) - 1;
  const mask = x[A0];
  if (mask === 0 && x[A0 + 1] === 0) return 0;
  const base = argument(hart, A1);
  if (base >= harts || x[A0 + 1] !== 0) return NO_SUCH_HART;
  // A shift by 32 would be none.
  if (harts - base < 32 && mask >>> (harts - base) !== 0) return NO_SUCH_HART;
  return mask << base;
}

/** Calls back for each hart of a set. */
export function forEachHart(vm: Vm, set: number, act: (hart: Hart) => void): void {
  for (let left = set; left !== 0; left &= left - 1) {
    act(vm.harts[31 - Math.clz32(left & -left)] as Hart);
  }
}
