import { vmAt } from '../vm/vm';

/** Answer of `hartSet` to a mask that names a hart which the VM lacks. */
export const NO_SUCH_HART: u64 = u64.MAX_VALUE;

/** As `hart_mask_base`: all harts, whatever the mask. */
const ALL: u64 = u64.MAX_VALUE;

/**
 * The harts that a hart mask names (SBI 3.1), bit n for hart n: those of `mask` counted from hart
 * `base`. A VM has 32 harts at most, so no valid set equals NO_SUCH_HART.
 */
export function hartSet(vm: usize, mask: u64, base: u64): u64 {
  const harts = <u64>vmAt(vm).harts;
  if (base === ALL) return ((<u64>1) << harts) - 1;
  if (mask === 0) return 0;
  if (base >= harts || mask >> (harts - base) !== 0) return NO_SUCH_HART;
  return mask << base;
}
