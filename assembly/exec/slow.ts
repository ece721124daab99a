/**
 * What the inner loop does not do itself: decoding, accesses that miss the fast path, and the
 * instructions of the slow tier. An instruction that comes here is executed here as a whole.
 */
import { FIRST_SHORT, FIRST_SLOW, OP_BASE, OP_LENGTH, Op } from '../generated/ops';
import { ILLEGAL_INSTRUCTION, VIRTUAL_INSTRUCTION } from '../hart/cause';
import { isFloatOn, markFloatDirty } from '../hart/float-status';
import { at, F_OFFSET } from '../hart/hart';
import { raise } from '../hart/trap';
import { executeAtomic } from './atomic';
import { word } from './bits';
import { codeWord, decodeSlot } from './code-page';
import { executeFloat } from './float';
import { executeJump } from './jump';
import { AGAIN, ILLEGAL, REDIRECT, REENTER, VIRTUAL } from './outcome';
import { executeCsr, executeEbreak, executeEcall, executePrivileged } from './system';
import { failed, loadVirtual, storeVirtual } from './virtual-memory';

const BOXED: u64 = 0xffff_ffff_0000_0000;

/** An exception whose tval is the instruction's bits. */
function refuse(hart: usize, code: usize, cause: u64): u32 {
  raise(hart, cause, codeWord(code, <u32>at(hart).pc & 0xfff));
  return REDIRECT;
}

function illegal(hart: usize, code: usize): u32 {
  return refuse(hart, code, ILLEGAL_INSTRUCTION);
}

/** Bytes that a load or store op moves. */
export function sizeOf(op: i32): u32 {
  switch (op) {
    case Op.LB:
    case Op.LBU:
    case Op.SB:
      return 1;
    case Op.LH:
    case Op.LHU:
    case Op.SH:
      return 2;
    case Op.LD:
    case Op.SD:
    case Op.FLD:
    case Op.FSD:
      return 8;
    default:
      return 4;
  }
}

/** The register's value of what a load op read. */
function extend(op: i32, value: u64): u64 {
  switch (op) {
    case Op.LB:
      return <u64>(<i64>(<i8>value));
    case Op.LH:
      return <u64>(<i64>(<i16>value));
    case Op.LW:
      return word(<u32>value);
    case Op.FLW:
      return BOXED | value;
    default:
      return value;
  }
}

function isFloat(op: i32): bool {
  return op >= Op.FLW && op <= Op.FSD;
}

function isStore(op: i32): bool {
  return (op >= Op.SB && op <= Op.SD) || op === Op.FSW || op === Op.FSD;
}

/** A load or store of the hot tier that missed. */
function access(hart: usize, slot: usize, op: i32, length: u32, code: usize): u32 {
  if (isFloat(op) && !isFloatOn(hart)) return illegal(hart, code);
  const va = load<u64>(hart + load<u8>(slot, 2)) + <u64>(<i64>load<i32>(slot, 4));
  const bank = isFloat(op) ? F_OFFSET : 0;
  if (isStore(op)) {
    storeVirtual(hart, va, sizeOf(op), load<u64>(hart + bank + load<u8>(slot, 3)));
  } else {
    const value = loadVirtual(hart, va, sizeOf(op));
    if (!failed) store<u64>(hart + bank + load<u8>(slot, 1), extend(op, value));
    if (!failed && bank) markFloatDirty(hart);
  }
  return failed ? failed : length;
}

/** A load whose result is discarded; it may still fault (Unprivileged 2.6). */
function loadDiscarded(hart: usize, instruction: u32, length: u32): u32 {
  const base = (<usize>((instruction >> 15) & 31)) << 3;
  const va = load<u64>(hart + base) + <u64>(<i64>(<i32>instruction >> 20));
  loadVirtual(hart, va, 1 << ((instruction >> 12) & 3));
  return failed ? failed : length;
}

function float(hart: usize, op: i32, instruction: u32, code: usize): u32 {
  if (!isFloatOn(hart)) return illegal(hart, code);
  if (!executeFloat(hart, <u32>op, instruction)) return illegal(hart, code);
  markFloatDirty(hart);
  return 4;
}

function slowTier(hart: usize, slot: usize, op: i32, code: usize): u32 {
  const instruction = load<u32>(slot, 4);
  if (op >= Op.FMADD_S && op <= Op.FCVT_D_S) return float(hart, op, instruction, code);
  if (op >= Op.LR_W && op <= Op.AMOMAXU_D) return executeAtomic(hart, op, slot);
  if (op === Op.LOAD_X0) return loadDiscarded(hart, instruction, load<u8>(slot, 3));
  if (op === Op.ECALL) return executeEcall(hart);
  if (op === Op.EBREAK) return executeEbreak(hart);
  // Decoded code follows every store, so there is nothing to wait for (Unprivileged 6).
  if (op === Op.FENCE_I) return 4;
  const outcome =
    op >= Op.CSRRW && op <= Op.CSRRCI
      ? executeCsr(hart, op, instruction)
      : executePrivileged(hart, op, instruction);
  if (outcome === VIRTUAL) return refuse(hart, code, VIRTUAL_INSTRUCTION);
  return outcome === ILLEGAL ? illegal(hart, code) : outcome;
}

/**
 * Executes the instruction of a slot; pc and `remaining` are exact. Yields its length if it retired
 * and control goes on behind it, else AGAIN, REDIRECT or REENTER.
 */
export function executeSlow(hart: usize, slot: usize, code: usize): u32 {
  const op: i32 = load<u8>(slot);
  if (op >= <i32>FIRST_SHORT) return access(hart, slot, load<u8>(OP_BASE + op), 2, code);
  if (op >= <i32>FIRST_SLOW) return slowTier(hart, slot, op, code);
  switch (op) {
    case Op.UNDECODED: {
      const offset = <u32>at(hart).pc & 0xfff;
      return decodeSlot(at(hart).vm, code, offset, at(hart).extensions) ? AGAIN : REENTER;
    }
    case Op.STRADDLE:
      return REENTER;
    case Op.ILLEGAL:
      return illegal(hart, code);
    case Op.MISALIGNED_JUMP:
      return executeJump(hart, load<u32>(slot, 4));
    default:
      return access(hart, slot, op, load<u8>(OP_LENGTH + op), code);
  }
}
