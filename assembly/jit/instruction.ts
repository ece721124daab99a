/** One instruction of a block as Wasm: its template, with what it stands for filled in. */
import { Op } from '../generated/ops';
import { Kind, Local, Word } from '../generated/templates';
import { TLB_WRITE_OFFSET } from '../hart/hart';
import {
  writeAddress,
  writeAtomicAddress,
  writeLoadReserved,
  writeStoreConditional,
} from './access';
import { put, putBytes } from './code';
import { LEFT_SLOW } from './enter';
import { leaveIf, prepareExit } from './exit';
import { close, openIf } from './labels';
import { mark } from './marks';
import { getF, getX, needRegisters, setF, setX } from './registers';
import { kindAt, opAt, slotAtOffset } from './source';
import { writeSystem } from './system';
import { itemLength, rd, rs1, rs2, rs3, templateOf } from './template';
import { beginUses, noteUses, reads } from './uses';
import { constant32, constant64, get, Wasm } from './wasm';

/** Whether a load or store is of an f register, and so wants these to be on. */
export function isFloatAccess(op: u32): bool {
  return op === Op.FLW || op === Op.FLD || op === Op.FSW || op === Op.FSD;
}

/** Whether the instruction may leave the region, so that `exit` must be set before it. */
function mayLeave(kind: u32): bool {
  return kind !== Kind.RESULT && kind !== Kind.BRANCH && kind !== Kind.CSR;
}

function leaveUnless(local: u32): void {
  get(local);
  put(Wasm.I32_EQZ);
  leaveIf();
}

/** Makes available what an instruction reads. */
export function needOperands(slot: usize, op: u32, kind: u32): void {
  beginUses();
  noteUses(slot, op, kind);
  // A call reads the hart's block.
  if (kind !== Kind.CSR) needRegisters(reads);
}

/** Writes the template of an op for the operands of a slot, which are available. */
export function writeTemplate(slot: usize, op: u32, kind: u32, offset: u32): void {
  let at = templateOf(slot, op, kind);
  while (true) {
    const item = <u32>load<u8>(at);
    if (!item) return;
    if (item < 0x80) putBytes(at + 1, item);
    else writeWord(item, slot, kind, offset);
    at += itemLength(item);
  }
}

function writeWord(word: u32, slot: usize, kind: u32, offset: u32): void {
  switch (word) {
    case Word.A:
      getX(rs1(slot));
      break;
    case Word.B:
      getX(rs2(slot, kind));
      break;
    case Word.I:
      constant64(load<i32>(slot, 4));
      break;
    case Word.IW:
      constant32(load<i32>(slot, 4));
      break;
    case Word.PC:
      get(Local.PAGE);
      constant64(offset);
      put(Wasm.I64_ADD);
      break;
    case Word.X:
      getF(rs1(slot));
      break;
    case Word.Y:
      getF(rs2(slot, kind));
      break;
    case Word.Z:
      getF(rs3(slot));
      break;
    case Word.SIDE:
      leaveIf();
      break;
    case Word.FAST:
      leaveUnless(Local.FLOAT_FAST);
      break;
    case Word.READY:
      leaveUnless(Local.FLOAT_READY);
      break;
    case Word.WHEN:
      openIf();
      break;
    case Word.DONE:
      close();
      break;
    case Word.RD:
      if (rd(slot)) setX(rd(slot));
      else put(Wasm.DROP);
      break;
    case Word.FD:
      setF(rd(slot));
      break;
  }
}

/**
 * Writes the instruction at `offset` of the page, which is none that jumps.
 *
 * @param left steps of its block that are given back if it leaves the region: its own, and those behind it
 */
export function writeAt(offset: u32, left: u32): void {
  mark(offset);
  writeInstruction(slotAtOffset(offset), opAt(offset), kindAt(offset), offset, left);
}

function writeInstruction(slot: usize, op: u32, kind: u32, offset: u32, left: u32): void {
  needOperands(slot, op, kind);
  if (mayLeave(kind)) prepareExit(offset, left, LEFT_SLOW);
  switch (kind) {
    case Kind.LOAD:
    case Kind.STORE:
      if (isFloatAccess(op)) leaveUnless(Local.FLOAT_READY);
      writeAddress(slot, op, kind);
      break;
    case Kind.CSR:
      writeSystem(slot, op, offset, left - 1);
      return;
    case Kind.ATOMIC:
      writeAtomicAddress(slot, op, TLB_WRITE_OFFSET);
      break;
    case Kind.LOAD_RESERVED:
      writeLoadReserved(slot, op);
      return;
    case Kind.STORE_CONDITIONAL:
      writeStoreConditional(slot, op);
      return;
  }
  writeTemplate(slot, op, kind, offset);
}
