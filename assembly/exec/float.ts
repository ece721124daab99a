import { at } from '../hart/hart';
import { clearFlags, NX, takeFlags } from '../softfloat/flags';
import { RMM } from '../softfloat/rounding';
import { executeDouble } from './float-double';
import { executeSingle } from './float-single';

/** The rm field's value for the mode that frm in fcsr holds (Unprivileged 20.2). */
const DYNAMIC: u32 = 7;

/**
 * Executes one instruction of F or D other than a load or store: afterwards its destination and the
 * flags in fcsr are written. pc is the caller's, and so is FS: not Off before, Dirty after.
 *
 * @returns false when the instruction is illegal, nothing having changed: its rounding mode, or the
 * dynamic one, is reserved, or `op` is no such instruction. Rows without a rounding mode have one
 * of its lower values in that place, so that the check lets them all pass.
 */
export function executeFloat(hart: usize, op: u32, word: u32): bool {
  const fcsr = at(hart).fcsr;
  let mode = (word >> 12) & 7;
  if (mode === DYNAMIC) mode = (fcsr >> 5) & 7;
  if (mode > RMM) return false;
  const nxSet = (fcsr & NX) !== 0;
  clearFlags();
  if (!executeDouble(hart, op, word, mode, nxSet) && !executeSingle(hart, op, word, mode, nxSet)) {
    return false;
  }
  at(hart).fcsr = fcsr | takeFlags();
  return true;
}
