/**
 * What the inner loop does not do itself: decoding, accesses that miss the fast path, and the instructions of
 * the slow tier. An instruction that comes here is executed here as a whole.
 */
import { ILLEGAL_INSTRUCTION } from '../hart/cause.js';
import { MSTATUS } from '../hart/csr-slot.js';
import { refreshFloat } from '../hart/csr-write.js';
import type { Hart } from '../hart/hart.js';
import { FS } from '../hart/status.js';
import { raise } from '../hart/trap.js';
import { high } from '../pair.js';
import { executeAtomic } from './atomic.js';
import type { CodePage } from './code-page.js';
import { codeWord, decodeSlot } from './fetch.js';
import { executeFloat } from './float.js';
import { executeJump } from './jump.js';
import { Op } from './op.js';
import { AGAIN, REDIRECT, REENTER } from './outcome.js';
import { executeCsr, executeEbreak, executeEcall, executePrivileged, ILLEGAL } from './system.js';
import { failed, loadVirtual, storeVirtual } from './virtual-memory.js';

function illegal(hart: Hart, code: CodePage): number {
  raise(hart, ILLEGAL_INSTRUCTION, codeWord(hart, code, hart.pcLow & 0xfff), 0);
  return REDIRECT;
}

/** Bytes that a load or store moves. */
function bytesOf(op: number): number {
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

function isFloat(op: number): boolean {
  return op >= Op.FLW && op <= Op.FSD;
}

function isStore(op: number): boolean {
  return (op >= Op.SB && op <= Op.SD) || op === Op.FSW || op === Op.FSD;
}

function markFloatDirty(hart: Hart): void {
  if (hart.floatReady !== 0) return;
  hart.csr[MSTATUS] |= FS;
  refreshFloat(hart);
}

/** Puts what a load read into its register, extended as the op says. */
function setLoaded(hart: Hart, op: number, rd: number, low: number, upper: number): void {
  const bank = isFloat(op) ? hart.f : hart.x;
  let value = low;
  let extension = upper;
  if (op === Op.LB) value = (low << 24) >> 24;
  else if (op === Op.LH) value = (low << 16) >> 16;
  if (op === Op.LB || op === Op.LH || op === Op.LW) extension = value >> 31;
  else if (op === Op.FLW) extension = -1;
  bank[rd] = value;
  bank[rd + 1] = extension;
}

/** A load or store of the hot tier that missed. */
function access(hart: Hart, code: CodePage, w: number, imm: number): number {
  const op = w & 0xff;
  if (isFloat(op) && (hart.csr[MSTATUS] & FS) === 0) return illegal(hart, code);
  const rs1 = (w >>> 14) & 63;
  const base = hart.x[rs1];
  const low = (base + imm) | 0;
  const upper = (hart.x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
  if (isStore(op)) {
    const bank = isFloat(op) ? hart.f : hart.x;
    const rs2 = (w >>> 20) & 63;
    storeVirtual(hart, low, upper, bytesOf(op), bank[rs2], bank[rs2 + 1]);
    return failed === 0 ? w >>> 29 : failed;
  }
  const value = loadVirtual(hart, low, upper, bytesOf(op));
  if (failed !== 0) return failed;
  setLoaded(hart, op, (w >>> 8) & 63, value, high);
  if (isFloat(op)) markFloatDirty(hart);
  return w >>> 29;
}

/** A load whose result is discarded; it may still fault (Unprivileged 2.6). */
function loadDiscarded(hart: Hart, word: number, length: number): number {
  const rs1 = (word >>> 14) & 62;
  const base = hart.x[rs1];
  const imm = word >> 20;
  const low = (base + imm) | 0;
  const upper = (hart.x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
  loadVirtual(hart, low, upper, 1 << ((word >> 12) & 3));
  return failed === 0 ? length : failed;
}

function float(hart: Hart, code: CodePage, op: Op, word: number): number {
  if ((hart.csr[MSTATUS] & FS) === 0) return illegal(hart, code);
  if (!executeFloat(hart, op, word)) return illegal(hart, code);
  // The operation may have raised NX, which lets later ones take the fast path.
  hart.csr[MSTATUS] |= FS;
  refreshFloat(hart);
  return 4;
}

function slowTier(hart: Hart, code: CodePage, op: Op, word: number, length: number): number {
  if (op >= Op.FMADD_S && op <= Op.FCVT_D_S) return float(hart, code, op, word);
  if (op >= Op.LR_W && op <= Op.AMOMAXU_D) return executeAtomic(hart, op, word);
  if (op === Op.LOAD_X0) return loadDiscarded(hart, word, length);
  if (op === Op.ECALL) return executeEcall(hart);
  if (op === Op.EBREAK) return executeEbreak(hart);
  // Decoded code follows every store, so there is nothing to wait for (Unprivileged 6).
  if (op === Op.FENCE_I) return 4;
  const outcome =
    op >= Op.CSRRW && op <= Op.CSRRCI
      ? executeCsr(hart, op, word)
      : executePrivileged(hart, op, word);
  return outcome === ILLEGAL ? illegal(hart, code) : outcome;
}

/**
 * Executes the instruction of the slot at `ip`; pc and `remaining` are exact. Yields its length if it
 * retired and control goes on behind it, else AGAIN, REDIRECT or REENTER.
 */
export function executeSlow(hart: Hart, code: CodePage, ip: number): number {
  const w = code.slots[ip];
  const operand = code.slots[ip + 1];
  const op: Op = w & 0xff;
  if (op >= Op.LOAD_X0) return slowTier(hart, code, op, operand, w >>> 29);
  switch (op) {
    case Op.UNDECODED:
      return decodeSlot(hart, code, ip) ? AGAIN : REENTER;
    case Op.STRADDLE:
      return REENTER;
    case Op.ILLEGAL:
      return illegal(hart, code);
    case Op.MISALIGNED_JUMP:
      return executeJump(hart, operand);
    default:
      return access(hart, code, w, operand);
  }
}
