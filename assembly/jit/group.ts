/**
 * Groups: loads, or stores, by one register, as a function's first and last instructions are. Where all of them lie in
 * one page, aligned, the TLB is asked once; else each asks for itself. What stands between them computes.
 *
 * ```
 * if TLB has va = rs1 + lowest, and their last byte is in that page: p = va + entry.addend; each is memory[p + distance]
 * else: each as if it stood alone
 * ```
 */
import { sizeOf } from '../exec/slow';
import { Kind, Local } from '../generated/templates';
import { TLB_READ_OFFSET, TLB_WRITE_OFFSET } from '../hart/hart';
import { PAGE_MASK, PAGE_SIZE } from '../layout';
import { address, lookUp } from './access';
import { isFull, put, putBytes, putUnsigned } from './code';
import { isFloatAccess, writeAt, writeTemplate } from './instruction';
import { close, openElse, openIf } from './labels';
import { mark } from './marks';
import { getX, needRegisters, saveRegisters, setX } from './registers';
import { kindAt, lengthAt, opAt, slotAtOffset } from './source';
import { rd, rs1, rs2, templateOf } from './template';
import { beginUses, noteUses, reads, writes } from './uses';
import { constant32, get, set, Wasm } from './wasm';

/** Fewer accesses take less room each for itself. */
const LEAST_ACCESSES: u32 = 3;
const MOST_INSTRUCTIONS: u32 = 32;
/** A longer range too often lies in two pages. */
const MOST_BYTES: i32 = 1024;

/** The group that was found: its kind and base; the lowest byte, aligned like its largest access; and its bytes. */
let kind: u32 = 0;
let base: u32 = 0;
let lowest: i32 = 0;
let bytes: i32 = 0;
let largest: u32 = 0;

/** Whether an access belongs to the group; then that covers it. */
function covers(slot: usize, op: u32): bool {
  if (rs1(slot) !== base || isFloatAccess(op)) return false;
  const size = sizeOf(op);
  const distance = load<i32>(slot, 4);
  if (<u32>distance & (size - 1)) return false;
  const alignment = max(largest, size);
  const first = min(lowest, distance) & ~(<i32>alignment - 1);
  const end = max(lowest + bytes, distance + <i32>size);
  if (end - first > MOST_BYTES) return false;
  largest = alignment;
  lowest = first;
  bytes = end - first;
  return true;
}

/** How many instructions from `offset` on, of `most` before a jump, are a group; 0 if none begins there. */
export function findGroup(offset: u32, most: u32): u32 {
  kind = kindAt(offset);
  if (kind !== Kind.LOAD && kind !== Kind.STORE) return 0;
  base = rs1(slotAtOffset(offset));
  if (!base) return 0;
  lowest = load<i32>(slotAtOffset(offset), 4);
  bytes = 0;
  largest = 1;
  let accesses: u32 = 0;
  let length: u32 = 0;
  let at = offset;
  for (let index: u32 = 0; index < min(most, MOST_INSTRUCTIONS); ++index) {
    const slot = slotAtOffset(at);
    const present = kindAt(at);
    if (present === kind) {
      if (!covers(slot, opAt(at))) break;
      accesses += 1;
      length = index + 1;
    } else if (present !== Kind.RESULT) break;
    if (present !== Kind.STORE && rd(slot) === base) break;
    at += lengthAt(at);
  }
  return accesses < LEAST_ACCESSES ? 0 : length;
}

/**
 * Writes the group that was found at `offset`.
 *
 * @param left steps of its block from there on
 */
export function writeGroup(offset: u32, count: u32, left: u32): void {
  needOperands(offset, count);
  saveRegisters();
  mark(offset);
  const array = kind === Kind.LOAD ? TLB_READ_OFFSET : TLB_WRITE_OFFSET;
  lookUp(base, lowest, largest, array);
  put(Wasm.I32_EQZ);
  get(Local.VA);
  put(Wasm.I32_WRAP);
  constant32(PAGE_MASK);
  put(Wasm.I32_AND);
  constant32(<i32>PAGE_SIZE - bytes);
  put(Wasm.I32_LE_U);
  put(Wasm.I32_AND);
  openIf();
  address(array);
  set(Local.P);
  let at = offset;
  for (let index: u32 = 0; index < count && !isFull(); ++index) {
    mark(at);
    writeTogether(slotAtOffset(at), opAt(at), kindAt(at), at);
    at += lengthAt(at);
  }
  saveRegisters();
  openElse();
  at = offset;
  for (let index: u32 = 0; index < count && !isFull(); ++index) {
    writeAt(at, left - index);
    at += lengthAt(at);
  }
  saveRegisters();
  close();
}

/** Makes available what the group reads and does not write before: both arms find it. */
function needOperands(offset: u32, count: u32): void {
  let written: u64 = 0;
  let at = offset;
  for (let index: u32 = 0; index < count; ++index) {
    beginUses();
    noteUses(slotAtOffset(at), opAt(at), kindAt(at));
    needRegisters(reads & ~written);
    written |= writes;
    at += lengthAt(at);
  }
}

/** An instruction of the group, all of whose bytes begin at `p`. */
function writeTogether(slot: usize, op: u32, present: u32, offset: u32): void {
  if (present === Kind.RESULT) {
    writeTemplate(slot, op, present, offset);
    return;
  }
  get(Local.P);
  // The template is its one memory instruction, of three bytes: opcode, alignment, distance 0.
  let template = templateOf(slot, op, present);
  if (present === Kind.STORE) {
    getX(rs2(slot, present));
    template += 1;
  }
  putBytes(template + 1, 2);
  putUnsigned(load<i32>(slot, 4) - lowest);
  if (present === Kind.STORE) return;
  if (rd(slot)) setX(rd(slot));
  else put(Wasm.DROP);
}
