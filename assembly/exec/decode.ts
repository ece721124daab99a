import { Ext, Op } from '../generated/ops';
import {
  CONTRIBUTIONS,
  FIRST_COMPRESSED,
  LONG_ROWS,
  LONG_STARTS,
  OP_SHORT,
  ROWS,
  SHORT_ROWS,
  SHORT_STARTS,
  Shape,
} from '../generated/rows';

/**
 * The decoder: one instruction word to one slot of the decoded-code cache.
 *
 * A slot is eight bytes:
 *   0     op (`Op`)
 *   1..3  8*rd, 8*rs1, 8*rs2: offsets into a register file; fields that the op does not have
 *         hold whatever bits stand there
 *   4..7  immediate (i32)
 * Of slow ops, byte 3 is the length in bytes, and the immediate is the instruction word (of a
 * compressed one its expansion; of an ILLEGAL one the word as fetched).
 * Of branches and jumps with a fixed target the immediate is 4 * (offset of the target from the
 * begin of the page): a slot is eight bytes for two bytes of code.
 */

/** A row of ROWS, as isa/generated-text.ts packs it. */
@unmanaged
class Row {
  mask: u32;
  match: u32;
  except1Mask: u32;
  except1Match: u32;
  except2Mask: u32;
  except2Match: u32;
  op: u8;
  shape: u8;
  /** Bit numbers of the two extensions (perhaps the same) that must be on. */
  extension1: u8;
  extension2: u8;
  /** Of a compressed row: the expansion of the word whose bits are all zero. */
  expansion: u32;
}

/** Bytes of the instruction that begins with `raw` (Unprivileged 1.5). */
export function lengthOf(raw: u32): u32 {
  return (raw & 3) === 3 ? 4 : 2;
}

/**
 * Decodes one instruction into `slot`.
 *
 * @param raw the 32-bit word, or the 16-bit one with the upper half zero
 * @param pageOffset where in its page the instruction begins, in bytes
 * @param slot address of the eight-byte slot; all of it is written
 * @param extensions the hart's extension set (bits of `Ext`)
 */
export function decode(raw: u32, pageOffset: u32, slot: usize, extensions: u64): void {
  const length = lengthOf(raw);
  const number = length === 4 ? findLong(raw, extensions) : findShort(raw, extensions);
  if (number < 0) {
    store<u32>(slot, Op.ILLEGAL | (length << 24));
    store<u32>(slot, raw, 4);
    return;
  }
  const row = rowAt(number);
  const word = length === 4 ? raw : expand(raw, <u32>number - FIRST_COMPRESSED, row.expansion);
  writeSlot(row, word, length, pageOffset, slot, (extensions & Ext.C) !== 0);
}

/** The 32-bit instruction that a 16-bit one, which is none of the illegal ones, stands for. */
export function expansionOf(raw: u32, extensions: u64): u32 {
  const number = <u32>findShort(raw, extensions);
  return expand(raw, number - FIRST_COMPRESSED, rowAt(number).expansion);
}

function rowAt(number: u32): Row {
  return changetype<Row>(ROWS + number * offsetof<Row>());
}

/** The number of the row that a 32-bit word fits, or -1. Groups: `groupOf` in isa/table.ts. */
function findLong(word: u32, extensions: u64): i32 {
  const group = ((word >> 2) & 31) | (((word >> 12) & 7) << 5);
  return search(LONG_STARTS + (group << 1), LONG_ROWS, word, extensions);
}

/** The number of the row that a 16-bit word fits, or -1. */
function findShort(word: u32, extensions: u64): i32 {
  const group = (word & 3) | (((word >> 13) & 7) << 2);
  return search(SHORT_STARTS + (group << 1), SHORT_ROWS, word, extensions);
}

function search(starts: usize, numbers: usize, word: u32, extensions: u64): i32 {
  const end = numbers + ((<usize>load<u16>(starts, 2)) << 1);
  for (let at = numbers + ((<usize>load<u16>(starts)) << 1); at < end; at += 2) {
    const number = <i32>load<u16>(at);
    const row = rowAt(number);
    if (
      (word & row.mask) === row.match &&
      (word & row.except1Mask) !== row.except1Match &&
      (word & row.except2Mask) !== row.except2Match &&
      ((extensions >> row.extension1) & (extensions >> row.extension2) & 1) !== 0
    ) {
      return number;
    }
  }
  return -1;
}

/** The 32-bit instruction that a 16-bit one stands for: every set bit adds its contribution. */
function expand(word: u32, compressedRow: u32, zero: u32): u32 {
  let expanded = zero;
  let contribution = CONTRIBUTIONS + (compressedRow << 6);
  for (let bits = word; bits !== 0; bits >>= 1) {
    if (bits & 1) expanded ^= load<u32>(contribution);
    contribution += 4;
  }
  return expanded;
}

function writeSlot(
  row: Row,
  word: u32,
  length: u32,
  pageOffset: u32,
  slot: usize,
  shortInstructions: bool,
): void {
  let op = <u32>row.op;
  // rd, rs1 and rs2, each times eight, in bytes 1 to 3.
  let registers = ((word & 0x000f_8f80) << 4) | ((word & 0x01f0_0000) << 7);
  let imm: i32 = 0;
  const rd = (word >> 7) & 31;
  const rs1 = (word >> 15) & 31;

  switch (<u32>row.shape) {
    case Shape.SLOW:
      writeSlow(op, word, length, slot);
      return;
    case Shape.NOP:
      op = Op.NOP;
      break;
    case Shape.REGISTER:
      if (rd === 0) {
        op = Op.NOP;
      } else if (op === Op.ADD && rs1 === 0) {
        // add rd, x0, rs2 is what c.mv expands to.
        op = Op.MV;
        registers = (registers & 0xff00) | ((registers >> 8) & 0xff_0000);
      }
      break;
    case Shape.IMMEDIATE:
      imm = <i32>word >> 20;
      if (rd === 0) op = Op.NOP;
      else if (op === Op.ADDI && rs1 === 0) op = Op.LI;
      else if (op === Op.ADDI && imm === 0) op = Op.MV;
      break;
    case Shape.SHIFT:
      // Rows of five-bit amounts fix bit 25 to zero.
      imm = (word >> 20) & 63;
      if (rd === 0) op = Op.NOP;
      break;
    case Shape.UPPER:
      imm = word & 0xffff_f000;
      if (rd === 0) op = Op.NOP;
      break;
    case Shape.LOAD:
      if (rd === 0) {
        writeSlow(Op.LOAD_X0, word, length, slot);
        return;
      }
      imm = <i32>word >> 20;
      break;
    case Shape.FLOAT_LOAD:
      imm = <i32>word >> 20;
      break;
    case Shape.STORE:
      imm = ((<i32>word >> 25) << 5) | ((word >> 7) & 31);
      break;
    case Shape.BRANCH:
      imm = pageOffset + branchDisplacement(word);
      if (!shortInstructions && (imm & 3) !== 0) {
        writeSlow(Op.MISALIGNED_JUMP, word, length, slot);
        return;
      }
      imm <<= 2;
      if ((word & 0x01f0_0000) === 0) {
        if (op === Op.BEQ) op = Op.BEQZ;
        else if (op === Op.BNE) op = Op.BNEZ;
      }
      break;
    case Shape.JUMP:
      imm = pageOffset + jumpDisplacement(word);
      if (!shortInstructions && (imm & 3) !== 0) {
        writeSlow(Op.MISALIGNED_JUMP, word, length, slot);
        return;
      }
      imm <<= 2;
      if (rd === 0) op = Op.J;
      break;
    case Shape.JUMP_REGISTER:
      // Without C the target, known only at run time, must be a multiple of four.
      if (!shortInstructions) {
        writeSlow(Op.MISALIGNED_JUMP, word, length, slot);
        return;
      }
      imm = <i32>word >> 20;
      if (rd === 0) op = Op.JR;
      break;
  }
  if (op === Op.NOP) {
    registers = 0;
    imm = 0;
  }
  if (length === 2) op = load<u8>(OP_SHORT + op);
  store<u32>(slot, op | registers);
  store<i32>(slot, imm, 4);
}

/** A slot that keeps the whole word. */
function writeSlow(op: u32, word: u32, length: u32, slot: usize): void {
  store<u32>(slot, op | ((word & 0x000f_8f80) << 4) | (length << 24));
  store<u32>(slot, word, 4);
}

/** The B-type immediate (Unprivileged 2.3). */
function branchDisplacement(word: u32): i32 {
  return (
    ((<i32>word >> 31) << 12) |
    ((word << 4) & 0x800) |
    ((word >> 20) & 0x7e0) |
    ((word >> 7) & 0x1e)
  );
}

/** The J-type immediate (Unprivileged 2.3). */
function jumpDisplacement(word: u32): i32 {
  return (
    ((<i32>word >> 31) << 20) | (word & 0xf_f000) | ((word >> 9) & 0x800) | ((word >> 20) & 0x7fe)
  );
}
