import type { Hart } from '../hart/hart.js';
import { bigOf, high } from '../pair.js';
import { classifySingle } from '../softfloat/classify.js';
import {
  fromInteger,
  singleFrom,
  toInt32,
  toInt64,
  toUint32,
  toUint64,
} from '../softfloat/convert.js';
import { NV, raise } from '../softfloat/flags.js';
import { BINARY32 } from '../softfloat/format.js';
import { RNE } from '../softfloat/rounding.js';
import { executeExactly } from './float-exact.js';
import {
  isSignallingSingle,
  setBits,
  setInteger,
  setSingle,
  setSingleBits,
  single,
  singleBits,
} from './float-registers.js';
import {
  addSingle,
  divideSingle,
  fusedSingle,
  multiplySingle,
  squareRootSingle,
} from './native-single.js';
import { Op } from './op.js';

const SIGN = -0x8000_0000;
const CANONICAL = 0x7fc0_0000;

/**
 * Executes one row of F (Unprivileged 20) other than a load or store. `mode` is the instruction's rounding mode
 * 0..4. Leaves the flags raised.
 */
export function executeSingle(hart: Hart, op: Op, word: number, mode: number): void {
  if (op <= Op.FSQRT_S) arithmetic(hart, op, word, mode);
  else if (op <= Op.FEQ_S) compare(hart, op, word);
  else convert(hart, op, word, mode);
}

function arithmetic(hart: Hart, op: Op, word: number, mode: number): void {
  if (mode === RNE && executeNatively(hart, op, word)) return;
  executeExactly(hart, BINARY32, op, word, mode);
}

/** False, nothing having changed, when the result or its flags are not proven. */
function executeNatively(hart: Hart, op: Op, word: number): boolean {
  const d = (word >> 7) & 31;
  const a = (word >> 15) & 31;
  const b = (word >> 20) & 31;
  switch (op) {
    case Op.FMADD_S:
      return fusedSingle(hart, d, a, b, word >>> 27, 1, 1);
    case Op.FMSUB_S:
      return fusedSingle(hart, d, a, b, word >>> 27, 1, -1);
    case Op.FNMSUB_S:
      return fusedSingle(hart, d, a, b, word >>> 27, -1, 1);
    case Op.FNMADD_S:
      return fusedSingle(hart, d, a, b, word >>> 27, -1, -1);
    case Op.FADD_S:
      return addSingle(hart, d, a, b, 1);
    case Op.FSUB_S:
      return addSingle(hart, d, a, b, -1);
    case Op.FMUL_S:
      return multiplySingle(hart, d, a, b);
    case Op.FDIV_S:
      return divideSingle(hart, d, a, b);
    default:
      return squareRootSingle(hart, d, a);
  }
}

/** Signs, extremes and comparisons. Bits move as integers: a NaN that passes as a number might change. */
function compare(hart: Hart, op: Op, word: number): void {
  const rd = (word >> 7) & 31;
  const a = (word >> 15) & 31;
  const b = (word >> 20) & 31;
  const aBits = singleBits(hart, a);
  const bBits = singleBits(hart, b);
  switch (op) {
    case Op.FSGNJ_S:
      setSingleBits(hart, rd, (aBits & ~SIGN) | (bBits & SIGN));
      break;
    case Op.FSGNJN_S:
      setSingleBits(hart, rd, (aBits & ~SIGN) | (~bBits & SIGN));
      break;
    case Op.FSGNJX_S:
      setSingleBits(hart, rd, aBits ^ (bBits & SIGN));
      break;
    case Op.FMIN_S:
      extreme(hart, rd, a, b, -1);
      break;
    case Op.FMAX_S:
      extreme(hart, rd, a, b, 1);
      break;
    default:
      setInteger(hart, rd, holds(hart, op, a, b), 0);
  }
}

/** 1 if the comparison holds. Quiet for FEQ: NV only for a signalling NaN (Unprivileged 20.8). */
function holds(hart: Hart, op: Op, a: number, b: number): number {
  const x = single(hart, a);
  const y = single(hart, b);
  if (Number.isNaN(x) || Number.isNaN(y)) {
    if (op !== Op.FEQ_S || isSignallingSingle(hart, a) || isSignallingSingle(hart, b)) raise(NV);
    return 0;
  }
  if (op === Op.FLE_S) return x <= y ? 1 : 0;
  if (op === Op.FLT_S) return x < y ? 1 : 0;
  return x === y ? 1 : 0;
}

/** minimumNumber (way -1) or maximumNumber (1) of IEEE 754-2019: a NaN loses against a number, -0 < +0. */
function extreme(hart: Hart, rd: number, a: number, b: number, way: number): void {
  const x = single(hart, a);
  const y = single(hart, b);
  if (Number.isNaN(x) || Number.isNaN(y)) {
    if (isSignallingSingle(hart, a) || isSignallingSingle(hart, b)) raise(NV);
    if (!Number.isNaN(x)) setSingle(hart, rd, x);
    else if (!Number.isNaN(y)) setSingle(hart, rd, y);
    else setSingleBits(hart, rd, CANONICAL);
  } else {
    setSingle(hart, rd, way < 0 ? Math.min(x, y) : Math.max(x, y));
  }
}

function convert(hart: Hart, op: Op, word: number, mode: number): void {
  const rd = (word >> 7) & 31;
  const a = (word >> 15) & 31;
  switch (op) {
    case Op.FCVT_W_S:
      setInteger(hart, rd, toInt32(single(hart, a), mode), high);
      break;
    case Op.FCVT_WU_S:
      setInteger(hart, rd, toUint32(single(hart, a), mode), high);
      break;
    case Op.FCVT_L_S:
      setInteger(hart, rd, toInt64(single(hart, a), mode), high);
      break;
    case Op.FCVT_LU_S:
      setInteger(hart, rd, toUint64(single(hart, a), mode), high);
      break;
    case Op.FCVT_S_W:
      fromPair(hart, rd, hart.x[2 * a], hart.x[2 * a] >> 31, mode);
      break;
    case Op.FCVT_S_WU:
      fromPair(hart, rd, hart.x[2 * a], 0, mode);
      break;
    case Op.FCVT_S_L:
      fromPair(hart, rd, hart.x[2 * a], hart.x[2 * a + 1], mode);
      break;
    case Op.FCVT_S_LU:
      fromPair(hart, rd, hart.x[2 * a], hart.x[2 * a + 1] >>> 0, mode);
      break;
    case Op.FCLASS_S:
      setInteger(hart, rd, classifySingle(singleBits(hart, a)), 0);
      break;
    case Op.FMV_X_W:
      setInteger(hart, rd, hart.f[2 * a], hart.f[2 * a] >> 31);
      break;
    default:
      setSingleBits(hart, rd, hart.x[2 * a]);
  }
}

/** From an integer; `upper` is its high half, signed or unsigned as the integer is. */
function fromPair(hart: Hart, rd: number, low: number, upper: number, mode: number): void {
  const result = singleFrom(low >>> 0, upper, mode);
  if (!Number.isNaN(result)) {
    setSingle(hart, rd, result);
    return;
  }
  const bits = bigOf(low, upper);
  const value = upper < 0 ? BigInt.asIntN(64, bits) : bits;
  setBits(hart, BINARY32, rd, fromInteger(BINARY32, value, mode));
}
