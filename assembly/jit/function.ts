/**
 * A region's function: its blocks as nested Wasm (N. Ramsey, "Beyond Relooper", 2022). A block that control reaches in
 * several ways stands behind a Wasm block's end; a loop's head is a Wasm loop, which asks for the budget.
 *
 * ```
 * (func (param hart code page steps) (result i32)
 *   block exit { if steps < cost: leave; blocks } exits)
 * each outermost loop
 *   load what it uses; block out { loop … } store what it wrote; leave
 * ```
 */
import { Op } from '../generated/ops';
import { Kind, Local } from '../generated/templates';
import { Hart } from '../hart/hart';
import { beginRoom, isFull, overflow, put, putLater, putUnsigned, settle } from './code';
import { LEFT_SPENT } from './enter';
import { beginExits, leaveFar, leaveIf, leaveSlow, leaveTo, prepareExit, writeExits } from './exit';
import {
  Block,
  blockAt,
  blockOn,
  END_BRANCH,
  END_FALL,
  END_JUMP,
  END_RETURN,
  END_SLOW,
  NO_BLOCK,
  orderAt,
  returnAt,
  returns,
} from './graph';
import { findGroup, writeGroup } from './group';
import { needOperands, writeAt, writeTemplate } from './instruction';
import {
  beginLabels,
  branch,
  branchBack,
  close,
  OUT_OF_LOOP,
  openBlock,
  openIf,
  openLoop,
  TO_EXIT,
} from './labels';
import { mark, NO_INSTRUCTION } from './marks';
import { ordered } from './order';
import {
  available,
  beginRegisters,
  getX,
  goOnWith,
  loadState,
  loop,
  needRegisters,
  saveRegisters,
  setX,
  storeRegisters,
} from './registers';
import { kindAt, lengthAt, opAt, slotAtOffset } from './source';
import { rd, rs1 } from './template';
import { accesses, beginUses, floats, noteUses, reads, writes } from './uses';
import { constant64, F32, F64, get, I32, I64, loadField, memoryAccess, set, Wasm } from './wasm';

function isMerge(block: Block): bool {
  return block.entries > 1;
}

/** Whether an edge that stays in the region leaves a loop, whose registers are not in the hart's block. */
function leavesLoop(from: Block, to: u32): bool {
  if (to === NO_BLOCK || from.outermost === NO_BLOCK) return false;
  return blockAt(to).outermost !== from.outermost;
}

/** Goes from block `from` to `to`, which begins at `offset` from the page's begin; control does not come back. */
function goTo(from: Block, to: u32, offset: i32): void {
  if (leavesLoop(from, to)) storeRegisters(blockAt(from.outermost).loopWrites);
  if (to === NO_BLOCK) leaveTo(offset);
  else if (blockAt(to).order <= from.order) branchBack(Wasm.BR, to);
  else if (isMerge(blockAt(to))) branch(Wasm.BR, to);
  else writeTree(to);
}

/** The same if what is on the stack is not 0; else control goes on. */
function goToIf(from: Block, to: u32, offset: i32): void {
  if (to !== NO_BLOCK && blockAt(to).order <= from.order) {
    branchBack(Wasm.BR_IF, to);
  } else if (to !== NO_BLOCK && isMerge(blockAt(to)) && !leavesLoop(from, to)) {
    branch(Wasm.BR_IF, to);
  } else {
    openIf();
    goTo(from, to, offset);
    close();
  }
}

/** A block, all that it dominates, and the way out of each. */
function writeTree(index: u32): void {
  if (isFull()) return;
  const block = blockAt(index);
  if (block.count) mark(block.begin);
  const registers = available;
  const around = loop;
  const outermost = block.outermost === index;
  if (outermost) {
    needRegisters(block.loopUses);
    openBlock(OUT_OF_LOOP);
  }
  goOnWith(available, block.outermost);
  if (block.loop) {
    openLoop(index);
    writeBudgetCheck(block);
  }
  for (let at = ordered - 1; at > block.order; --at) {
    const other = orderAt(at);
    if (blockAt(other).dominator === index && isMerge(blockAt(other))) openBlock(other);
  }
  writeBlock(block);
  if (!isFull()) writeEnd(block);
  for (let at = block.order + 1; at < ordered; ++at) {
    const other = orderAt(at);
    if (blockAt(other).dominator !== index || !isMerge(blockAt(other))) continue;
    close();
    writeTree(other);
  }
  if (block.loop) close();
  if (outermost) {
    close();
    // What a loop writes takes more than what is looked for behind each block.
    if (!isFull()) storeRegisters(block.loopWrites);
    branch(Wasm.BR, TO_EXIT);
  }
  goOnWith(registers, around);
}

/** The instructions of a block but for the jump or branch that ends it. */
function writeBlock(block: Block): void {
  if (!block.count) return;
  get(Local.STEPS);
  constant64(block.count);
  put(Wasm.I64_SUB);
  set(Local.STEPS);
  const ends = block.end !== END_FALL && block.end !== END_SLOW;
  const count = ends ? block.count - 1 : block.count;
  let offset = block.begin;
  for (let index: u32 = 0; index < count; ) {
    if (isFull()) return;
    let taken = findGroup(offset, count - index);
    if (taken) {
      writeGroup(offset, taken, block.count - index);
    } else {
      taken = 1;
      writeAt(offset, block.count - index);
    }
    index += taken;
    for (; taken; --taken) offset += lengthAt(offset);
  }
}

function writeEnd(block: Block): void {
  const slot = slotAtOffset(block.last);
  if (block.end === END_SLOW) mark(block.nextOffset);
  else if (block.end !== END_FALL) mark(block.last);
  switch (block.end) {
    case END_FALL:
      saveRegisters();
      goTo(block, block.next, block.nextOffset);
      break;
    case END_SLOW:
      leaveSlow(block.nextOffset);
      break;
    case END_BRANCH:
      needOperands(slot, opAt(block.last), Kind.BRANCH);
      saveRegisters();
      writeTemplate(slot, opAt(block.last), Kind.BRANCH, block.last);
      goToIf(block, block.taken, block.takenOffset);
      if (overflow) return;
      mark(block.last);
      goTo(block, block.next, block.nextOffset);
      break;
    case END_JUMP:
      writeLink(block, slot);
      saveRegisters();
      goTo(block, block.taken, block.takenOffset);
      break;
    default:
      writeRegisterJump(block, slot);
  }
}

/** The address behind a jump, if it is one that links. */
function writeLink(block: Block, slot: usize): void {
  if (!links(block)) return;
  get(Local.PAGE);
  constant64(block.last + lengthAt(block.last));
  put(Wasm.I64_ADD);
  setX(rd(slot));
}

function links(block: Block): bool {
  const op = opAt(block.last);
  return op === Op.JAL || op === Op.JALR;
}

/** JALR: bit 0 of the target is cleared (Unprivileged 2.5.1). */
function writeRegisterJump(block: Block, slot: usize): void {
  needOperands(slot, opAt(block.last), Kind.JUMP_REGISTER);
  getX(rs1(slot));
  const offset = load<i32>(slot, 4);
  if (offset) {
    constant64(offset);
    put(Wasm.I64_ADD);
  }
  constant64(-2);
  put(Wasm.I64_AND);
  set(Local.VA);
  writeLink(block, slot);
  saveRegisters();
  for (let index: u32 = 0; block.end === END_RETURN && index < returns; ++index) {
    const behind = returnAt(index);
    const to = (block.cutReturns >> index) & 1 ? NO_BLOCK : blockOn(behind);
    if (to === NO_BLOCK) continue;
    get(Local.VA);
    get(Local.PAGE);
    constant64(behind);
    put(Wasm.I64_ADD);
    put(Wasm.I64_EQ);
    goToIf(block, to, behind);
    if (isFull()) return;
    mark(block.last);
  }
  leaveFar();
}

/** Leaves the region if the budget does not cover the way from `block` to the next check. */
function writeBudgetCheck(block: Block): void {
  prepareExit(block.begin, 0, LEFT_SPENT);
  get(Local.STEPS);
  constant64(block.cost);
  put(Wasm.I64_LT_S);
  leaveIf();
}

/** Counts an entry. */
function writeEntryCount(): void {
  get(Local.HART);
  loadField(Wasm.I64_LOAD, 3, offsetof<Hart>('regionEntries'));
  constant64(1);
  put(Wasm.I64_ADD);
  memoryAccess(Wasm.I64_STORE, 3, offsetof<Hart>('regionEntries'));
}

function writeLocals(used: u64): void {
  const integers = <u32>popcnt<u64>(used & 0xffff_ffff);
  const all = <u32>popcnt<u64>(used);
  putUnsigned(6);
  declare(Local.VA - Local.EXIT, I32);
  declare(Local.D0 - Local.VA, I64);
  declare(Local.S0 - Local.D0, F64);
  declare(2, F32);
  declare(integers, I64);
  declare(all - integers, F64);
}

function declare(count: u32, type: u32): void {
  putUnsigned(count);
  put(type);
}

/** Writes the function of the region that graph and order hold; look at `overflow`. */
export function writeFunction(end: usize): void {
  beginRoom(end);
  if (isFull()) return;
  const used = noteRegisters();
  const size = putLater();
  writeLocals(used);
  beginLabels();
  beginExits();
  openBlock(TO_EXIT);
  writeBudgetCheck(blockAt(0));
  writeEntryCount();
  loadState();
  writeTree(0);
  mark(NO_INSTRUCTION);
  close();
  writeExits();
  put(Wasm.END);
  settle(size);
}

/** Finds out what the function and its loops use of the hart; the registers of all of it. */
function noteRegisters(): u64 {
  let used: u64 = 0;
  let accessing = false;
  let floating = false;
  for (let at: u32 = 0; at < ordered; ++at) {
    const block = blockAt(orderAt(at));
    beginUses();
    noteBlock(block);
    used |= reads | writes;
    if (accesses) accessing = true;
    if (floats) floating = true;
    if (block.outermost === NO_BLOCK) continue;
    const head = blockAt(block.outermost);
    head.loopUses |= reads | writes;
    head.loopWrites |= writes;
  }
  beginRegisters(used, accessing, floating);
  return used;
}

function noteBlock(block: Block): void {
  let offset = block.begin;
  for (let index: u32 = 0; index < block.count; ++index) {
    noteUses(slotAtOffset(offset), opAt(offset), kindAt(offset));
    offset += lengthAt(offset);
  }
}
