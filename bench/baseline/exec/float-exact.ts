import type { Hart } from '../hart/hart.js';
import { add, subtract } from '../softfloat/add.js';
import { divide } from '../softfloat/divide.js';
import type { Format } from '../softfloat/format.js';
import { fusedMultiplyAdd } from '../softfloat/fused.js';
import { multiply } from '../softfloat/multiply.js';
import { squareRoot } from '../softfloat/sqrt.js';
import { bitsOf, setBits } from './float-registers.js';
import { Op } from './op.js';

/**
 * Executes one arithmetic row of F or D, FMADD to FSQRT, by whole numbers of any size: what native arithmetic
 * does not prove. `mode` is the rounding mode 0..4.
 */
export function executeExactly(
  hart: Hart,
  format: Format,
  op: Op,
  word: number,
  mode: number,
): void {
  const a = bitsOf(hart, format, (word >> 15) & 31);
  const b = bitsOf(hart, format, (word >> 20) & 31);
  const c = bitsOf(hart, format, word >>> 27);
  setBits(hart, format, (word >> 7) & 31, result(format, op, a, b, c, mode));
}

function result(format: Format, op: Op, a: bigint, b: bigint, c: bigint, mode: number): bigint {
  const sign = format.signBit;
  switch (op) {
    case Op.FMADD_S:
    case Op.FMADD_D:
      return fusedMultiplyAdd(format, a, b, c, mode);
    case Op.FMSUB_S:
    case Op.FMSUB_D:
      return fusedMultiplyAdd(format, a, b, c ^ sign, mode);
    case Op.FNMSUB_S:
    case Op.FNMSUB_D:
      return fusedMultiplyAdd(format, a ^ sign, b, c, mode);
    case Op.FNMADD_S:
    case Op.FNMADD_D:
      return fusedMultiplyAdd(format, a ^ sign, b, c ^ sign, mode);
    case Op.FADD_S:
    case Op.FADD_D:
      return add(format, a, b, mode);
    case Op.FSUB_S:
    case Op.FSUB_D:
      return subtract(format, a, b, mode);
    case Op.FMUL_S:
    case Op.FMUL_D:
      return multiply(format, a, b, mode);
    case Op.FDIV_S:
    case Op.FDIV_D:
      return divide(format, a, b, mode);
    default:
      return squareRoot(format, a, mode);
  }
}
