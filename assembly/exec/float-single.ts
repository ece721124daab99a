import { Op } from '../generated/ops';
import {
  f32_add,
  f32_classify,
  f32_div,
  f32_eq,
  f32_fma,
  f32_from_f64,
  f32_from_i32,
  f32_from_i64,
  f32_from_u32,
  f32_from_u64,
  f32_le,
  f32_lt,
  f32_max,
  f32_min,
  f32_mul,
  f32_sqrt,
  f32_sub,
  f32_to_i32,
  f32_to_i64,
  f32_to_u32,
  f32_to_u64,
} from '../softfloat/binary32';
import { double, integer, setInteger, setSingle, single } from './float-registers';

const SIGN: u32 = 0x8000_0000;

/**
 * Executes one row of F (Unprivileged 20) other than a load or store, and fcvt.s.d; false when `op` is none. `mode` is the
 * instruction's rounding mode 0..4, `nxSet` whether fcsr has NX. Leaves the flags to be taken.
 */
export function executeSingle(hart: usize, op: u32, word: u32, mode: u32, nxSet: bool): bool {
  const rd = word >> 7;
  const a = single(hart, word >> 15);
  const b = single(hart, word >> 20);
  switch (op) {
    case Op.FMADD_S:
      setSingle(hart, rd, f32_fma(a, b, single(hart, word >> 27), mode, nxSet));
      break;
    case Op.FMSUB_S:
      setSingle(hart, rd, f32_fma(a, b, single(hart, word >> 27) ^ SIGN, mode, nxSet));
      break;
    case Op.FNMSUB_S:
      setSingle(hart, rd, f32_fma(a ^ SIGN, b, single(hart, word >> 27), mode, nxSet));
      break;
    case Op.FNMADD_S:
      setSingle(hart, rd, f32_fma(a ^ SIGN, b, single(hart, word >> 27) ^ SIGN, mode, nxSet));
      break;
    case Op.FADD_S:
      setSingle(hart, rd, f32_add(a, b, mode, nxSet));
      break;
    case Op.FSUB_S:
      setSingle(hart, rd, f32_sub(a, b, mode, nxSet));
      break;
    case Op.FMUL_S:
      setSingle(hart, rd, f32_mul(a, b, mode, nxSet));
      break;
    case Op.FDIV_S:
      setSingle(hart, rd, f32_div(a, b, mode, nxSet));
      break;
    case Op.FSQRT_S:
      setSingle(hart, rd, f32_sqrt(a, mode, nxSet));
      break;
    case Op.FSGNJ_S:
      setSingle(hart, rd, (a & ~SIGN) | (b & SIGN));
      break;
    case Op.FSGNJN_S:
      setSingle(hart, rd, (a & ~SIGN) | (~b & SIGN));
      break;
    case Op.FSGNJX_S:
      setSingle(hart, rd, a ^ (b & SIGN));
      break;
    case Op.FMIN_S:
      setSingle(hart, rd, f32_min(a, b));
      break;
    case Op.FMAX_S:
      setSingle(hart, rd, f32_max(a, b));
      break;
    case Op.FLE_S:
      setInteger(hart, rd, <u64>f32_le(a, b));
      break;
    case Op.FLT_S:
      setInteger(hart, rd, <u64>f32_lt(a, b));
      break;
    case Op.FEQ_S:
      setInteger(hart, rd, <u64>f32_eq(a, b));
      break;
    case Op.FCVT_W_S:
      setInteger(hart, rd, f32_to_i32(a, mode));
      break;
    case Op.FCVT_WU_S:
      setInteger(hart, rd, f32_to_u32(a, mode));
      break;
    case Op.FCVT_L_S:
      setInteger(hart, rd, f32_to_i64(a, mode));
      break;
    case Op.FCVT_LU_S:
      setInteger(hart, rd, f32_to_u64(a, mode));
      break;
    case Op.FCVT_S_W:
      setSingle(hart, rd, f32_from_i32(<i32>integer(hart, word >> 15), mode));
      break;
    case Op.FCVT_S_WU:
      setSingle(hart, rd, f32_from_u32(<u32>integer(hart, word >> 15), mode));
      break;
    case Op.FCVT_S_L:
      setSingle(hart, rd, f32_from_i64(<i64>integer(hart, word >> 15), mode));
      break;
    case Op.FCVT_S_LU:
      setSingle(hart, rd, f32_from_u64(<u64>integer(hart, word >> 15), mode));
      break;
    case Op.FCLASS_S:
      setInteger(hart, rd, <u64>f32_classify(a));
      break;
    case Op.FMV_X_W:
      setInteger(hart, rd, <u64>(<i64>(<i32>double(hart, word >> 15))));
      break;
    case Op.FMV_W_X:
      setSingle(hart, rd, <u32>integer(hart, word >> 15));
      break;
    case Op.FCVT_S_D:
      setSingle(hart, rd, f32_from_f64(double(hart, word >> 15), mode, nxSet));
      break;
    default:
      return false;
  }
  return true;
}
