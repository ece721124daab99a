import { Op } from '../generated/ops';
import {
  f64_add,
  f64_classify,
  f64_div,
  f64_eq,
  f64_fma,
  f64_from_f32,
  f64_from_i32,
  f64_from_i64,
  f64_from_u32,
  f64_from_u64,
  f64_le,
  f64_lt,
  f64_max,
  f64_min,
  f64_mul,
  f64_sqrt,
  f64_sub,
  f64_to_i32,
  f64_to_i64,
  f64_to_u32,
  f64_to_u64,
} from '../softfloat/binary64';
import { double, integer, setDouble, setInteger, single } from './float-registers';

const SIGN: u64 = 0x8000_0000_0000_0000;

/**
 * Executes one row of D (Unprivileged 21) other than a load or store; false when `op` is none. `mode` is the
 * instruction's rounding mode 0..4, `nxSet` whether fcsr has NX. Leaves the flags to be taken.
 */
export function executeDouble(hart: usize, op: u32, word: u32, mode: u32, nxSet: bool): bool {
  const rd = word >> 7;
  const a = double(hart, word >> 15);
  const b = double(hart, word >> 20);
  switch (op) {
    case Op.FMADD_D:
      setDouble(hart, rd, f64_fma(a, b, double(hart, word >> 27), mode, nxSet));
      break;
    case Op.FMSUB_D:
      setDouble(hart, rd, f64_fma(a, b, double(hart, word >> 27) ^ SIGN, mode, nxSet));
      break;
    case Op.FNMSUB_D:
      setDouble(hart, rd, f64_fma(a ^ SIGN, b, double(hart, word >> 27), mode, nxSet));
      break;
    case Op.FNMADD_D:
      setDouble(hart, rd, f64_fma(a ^ SIGN, b, double(hart, word >> 27) ^ SIGN, mode, nxSet));
      break;
    case Op.FADD_D:
      setDouble(hart, rd, f64_add(a, b, mode, nxSet));
      break;
    case Op.FSUB_D:
      setDouble(hart, rd, f64_sub(a, b, mode, nxSet));
      break;
    case Op.FMUL_D:
      setDouble(hart, rd, f64_mul(a, b, mode, nxSet));
      break;
    case Op.FDIV_D:
      setDouble(hart, rd, f64_div(a, b, mode, nxSet));
      break;
    case Op.FSQRT_D:
      setDouble(hart, rd, f64_sqrt(a, mode, nxSet));
      break;
    case Op.FSGNJ_D:
      setDouble(hart, rd, (a & ~SIGN) | (b & SIGN));
      break;
    case Op.FSGNJN_D:
      setDouble(hart, rd, (a & ~SIGN) | (~b & SIGN));
      break;
    case Op.FSGNJX_D:
      setDouble(hart, rd, a ^ (b & SIGN));
      break;
    case Op.FMIN_D:
      setDouble(hart, rd, f64_min(a, b));
      break;
    case Op.FMAX_D:
      setDouble(hart, rd, f64_max(a, b));
      break;
    case Op.FLE_D:
      setInteger(hart, rd, <u64>f64_le(a, b));
      break;
    case Op.FLT_D:
      setInteger(hart, rd, <u64>f64_lt(a, b));
      break;
    case Op.FEQ_D:
      setInteger(hart, rd, <u64>f64_eq(a, b));
      break;
    case Op.FCVT_W_D:
      setInteger(hart, rd, f64_to_i32(a, mode));
      break;
    case Op.FCVT_WU_D:
      setInteger(hart, rd, f64_to_u32(a, mode));
      break;
    case Op.FCVT_L_D:
      setInteger(hart, rd, f64_to_i64(a, mode));
      break;
    case Op.FCVT_LU_D:
      setInteger(hart, rd, f64_to_u64(a, mode));
      break;
    case Op.FCVT_D_W:
      setDouble(hart, rd, f64_from_i32(<i32>integer(hart, word >> 15), mode));
      break;
    case Op.FCVT_D_WU:
      setDouble(hart, rd, f64_from_u32(<u32>integer(hart, word >> 15), mode));
      break;
    case Op.FCVT_D_L:
      setDouble(hart, rd, f64_from_i64(<i64>integer(hart, word >> 15), mode));
      break;
    case Op.FCVT_D_LU:
      setDouble(hart, rd, f64_from_u64(<u64>integer(hart, word >> 15), mode));
      break;
    case Op.FCLASS_D:
      setInteger(hart, rd, <u64>f64_classify(a));
      break;
    case Op.FMV_X_D:
      setInteger(hart, rd, a);
      break;
    case Op.FMV_D_X:
      setDouble(hart, rd, integer(hart, word >> 15));
      break;
    case Op.FCVT_D_S:
      setDouble(hart, rd, f64_from_f32(single(hart, word >> 15)));
      break;
    default:
      return false;
  }
  return true;
}
