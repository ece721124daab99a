import type { Hart } from '../hart/hart.js';
import { beginFlags, flags } from '../softfloat/flags.js';
import { RMM } from '../softfloat/rounding.js';
import { executeDouble } from './float-double.js';
import { executeSingle } from './float-single.js';
import { Op } from './op.js';

/** The rm field's value for the mode that frm in fcsr holds (Unprivileged 20.2). */
const DYNAMIC = 7;

/**
 * Executes one instruction of F or D other than a load or store: afterwards its destination and the
 * flags in fcsr are written. pc is the caller's, and so is FS: not Off before, Dirty after.
 *
 * @returns false when the instruction is illegal, nothing having changed: its rounding mode, or the
 * dynamic one, is reserved, or `op` is no such instruction. Rows without a rounding mode have one
 * of its lower values in that place, so that the check lets them all pass.
 */
export function executeFloat(hart: Hart, op: Op, word: number): boolean {
  if (op < Op.FMADD_S || op > Op.FCVT_D_S) return false;
  const fcsr = hart.fcsr;
  let mode = (word >> 12) & 7;
  if (mode === DYNAMIC) mode = (fcsr >> 5) & 7;
  if (mode > RMM) return false;
  beginFlags(fcsr);
  if (op < Op.FMADD_D) executeSingle(hart, op, word, mode);
  else executeDouble(hart, op, word, mode);
  hart.fcsr = flags;
  return true;
}
