import type { Hart } from '../hart/hart.js';
import { bigOf, high } from '../pair.js';
import { classifyHalves } from '../softfloat/classify.js';
import {
  doubleFrom,
  fromInteger,
  narrow,
  narrowPlain,
  toInt32,
  toInt64,
  toUint32,
  toUint64,
} from '../softfloat/convert.js';
import { NV, raise } from '../softfloat/flags.js';
import { BINARY32, BINARY64 } from '../softfloat/format.js';
import { RNE } from '../softfloat/rounding.js';
import { executeExactly } from './float-exact.js';
import {
  bitsOf,
  isSignallingDouble,
  isSignallingSingle,
  setBits,
  setDoubleBits,
  setInteger,
  setSingle,
  single,
} from './float-registers.js';
import { fusedDouble } from './fused-double.js';
import { addDouble, divideDouble, multiplyDouble, squareRootDouble } from './native-double.js';
import { Op } from './op.js';

const SIGN = -0x8000_0000;
const CANONICAL_HIGH = 0x7ff8_0000;

/**
 * Executes one row of D (Unprivileged 21) other than a load or store. `mode` is the instruction's rounding mode
 * 0..4. Leaves the flags raised.
 */
export function executeDouble(hart: Hart, op: Op, word: number, mode: number): void {
  if (op <= Op.FSQRT_D) arithmetic(hart, op, word, mode);
  else if (op <= Op.FEQ_D) compare(hart, op, word);
  else convert(hart, op, word, mode);
}

function arithmetic(hart: Hart, op: Op, word: number, mode: number): void {
  if (mode === RNE && executeNatively(hart.f64, op, word)) return;
  executeExactly(hart, BINARY64, op, word, mode);
}

/** False, nothing having changed, when the result or its flags are not proven. */
function executeNatively(f64: Float64Array, op: Op, word: number): boolean {
  const d = (word >> 7) & 31;
  const a = (word >> 15) & 31;
  const b = (word >> 20) & 31;
  switch (op) {
    case Op.FMADD_D:
      return fusedDouble(f64, d, a, b, word >>> 27, 1, 1);
    case Op.FMSUB_D:
      return fusedDouble(f64, d, a, b, word >>> 27, 1, -1);
    case Op.FNMSUB_D:
      return fusedDouble(f64, d, a, b, word >>> 27, -1, 1);
    case Op.FNMADD_D:
      return fusedDouble(f64, d, a, b, word >>> 27, -1, -1);
    case Op.FADD_D:
      return addDouble(f64, d, a, b, 1);
    case Op.FSUB_D:
      return addDouble(f64, d, a, b, -1);
    case Op.FMUL_D:
      return multiplyDouble(f64, d, a, b);
    case Op.FDIV_D:
      return divideDouble(f64, d, a, b);
    default:
      return squareRootDouble(f64, d, a);
  }
}

/** Signs, extremes and comparisons. Bits move by halves: a NaN that passes as a number might change. */
function compare(hart: Hart, op: Op, word: number): void {
  const rd = (word >> 7) & 31;
  const a = (word >> 15) & 31;
  const b = (word >> 20) & 31;
  const f = hart.f;
  const aHigh = f[2 * a + 1];
  const bHigh = f[2 * b + 1];
  switch (op) {
    case Op.FSGNJ_D:
      setDoubleBits(hart, rd, f[2 * a], (aHigh & ~SIGN) | (bHigh & SIGN));
      break;
    case Op.FSGNJN_D:
      setDoubleBits(hart, rd, f[2 * a], (aHigh & ~SIGN) | (~bHigh & SIGN));
      break;
    case Op.FSGNJX_D:
      setDoubleBits(hart, rd, f[2 * a], aHigh ^ (bHigh & SIGN));
      break;
    case Op.FMIN_D:
      extreme(hart, rd, a, b, -1);
      break;
    case Op.FMAX_D:
      extreme(hart, rd, a, b, 1);
      break;
    default:
      setInteger(hart, rd, holds(hart, op, a, b), 0);
  }
}

/** 1 if the comparison holds. Quiet for FEQ: NV only for a signalling NaN (Unprivileged 20.8). */
function holds(hart: Hart, op: Op, a: number, b: number): number {
  const x = hart.f64[a];
  const y = hart.f64[b];
  if (Number.isNaN(x) || Number.isNaN(y)) {
    if (op !== Op.FEQ_D || isSignallingDouble(hart, a) || isSignallingDouble(hart, b)) raise(NV);
    return 0;
  }
  if (op === Op.FLE_D) return x <= y ? 1 : 0;
  if (op === Op.FLT_D) return x < y ? 1 : 0;
  return x === y ? 1 : 0;
}

/** minimumNumber (way -1) or maximumNumber (1) of IEEE 754-2019: a NaN loses against a number, -0 < +0. */
function extreme(hart: Hart, rd: number, a: number, b: number, way: number): void {
  const x = hart.f64[a];
  const y = hart.f64[b];
  if (Number.isNaN(x) || Number.isNaN(y)) {
    if (isSignallingDouble(hart, a) || isSignallingDouble(hart, b)) raise(NV);
    if (!Number.isNaN(x)) hart.f64[rd] = x;
    else if (!Number.isNaN(y)) hart.f64[rd] = y;
    else setDoubleBits(hart, rd, 0, CANONICAL_HIGH);
  } else {
    hart.f64[rd] = way < 0 ? Math.min(x, y) : Math.max(x, y);
  }
}

function convert(hart: Hart, op: Op, word: number, mode: number): void {
  const rd = (word >> 7) & 31;
  const a = (word >> 15) & 31;
  switch (op) {
    case Op.FCVT_W_D:
      setInteger(hart, rd, toInt32(hart.f64[a], mode), high);
      break;
    case Op.FCVT_WU_D:
      setInteger(hart, rd, toUint32(hart.f64[a], mode), high);
      break;
    case Op.FCVT_L_D:
      setInteger(hart, rd, toInt64(hart.f64[a], mode), high);
      break;
    case Op.FCVT_LU_D:
      setInteger(hart, rd, toUint64(hart.f64[a], mode), high);
      break;
    case Op.FCVT_D_W:
      hart.f64[rd] = hart.x[2 * a];
      break;
    case Op.FCVT_D_WU:
      hart.f64[rd] = hart.x[2 * a] >>> 0;
      break;
    case Op.FCVT_D_L:
      fromLong(hart, rd, a, hart.x[2 * a + 1], mode);
      break;
    case Op.FCVT_D_LU:
      fromLong(hart, rd, a, hart.x[2 * a + 1] >>> 0, mode);
      break;
    case Op.FCLASS_D:
      setInteger(hart, rd, classifyHalves(hart.f[2 * a], hart.f[2 * a + 1]), 0);
      break;
    case Op.FMV_X_D:
      setInteger(hart, rd, hart.f[2 * a], hart.f[2 * a + 1]);
      break;
    case Op.FMV_D_X:
      setDoubleBits(hart, rd, hart.x[2 * a], hart.x[2 * a + 1]);
      break;
    case Op.FCVT_S_D:
      toSingle(hart, rd, a, mode);
      break;
    default:
      fromSingle(hart, rd, a);
  }
}

/** `upper` is the high half of x register `a`, signed or unsigned as the integer is. */
function fromLong(hart: Hart, rd: number, a: number, upper: number, mode: number): void {
  const result = doubleFrom(hart.x[2 * a] >>> 0, upper, mode);
  if (!Number.isNaN(result)) {
    hart.f64[rd] = result;
    return;
  }
  const bits = bigOf(hart.x[2 * a], hart.x[2 * a + 1]);
  const value = upper < 0 ? BigInt.asIntN(64, bits) : bits;
  setBits(hart, BINARY64, rd, fromInteger(BINARY64, value, mode));
}

function toSingle(hart: Hart, rd: number, a: number, mode: number): void {
  const result = narrowPlain(hart.f64[a], mode);
  if (Number.isNaN(result)) setBits(hart, BINARY32, rd, narrow(bitsOf(hart, BINARY64, a), mode));
  else setSingle(hart, rd, result);
}

/** Exact, but for a NaN, which becomes canonical. */
function fromSingle(hart: Hart, rd: number, a: number): void {
  const x = single(hart, a);
  if (Number.isNaN(x)) {
    if (isSignallingSingle(hart, a)) raise(NV);
    setDoubleBits(hart, rd, 0, CANONICAL_HIGH);
  } else {
    hart.f64[rd] = x;
  }
}
