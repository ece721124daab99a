/**
 * Discovery: the basic blocks around a hot entry, from its page's decoded code, in the workshop.
 *
 * Blocks are found breadth first, up to a number of instructions; what was never executed is not followed. A
 * call within the page is an edge to the function, and its return goes to each place behind such a call.
 */
import { Op } from '../generated/ops';
import { Kind } from '../generated/templates';
import { PAGE_SIZE, WORKSHOP } from '../layout';
import { ensureDecoded, kindAt, lengthAt, lookAt, opAt, slotAtOffset, targetAt } from './source';
import { translator } from './state';

/** Most blocks of a region: their numbers have a byte. */
export const BLOCKS_MOST: u32 = 200;
/** Most places behind calls that a return is compared with. */
export const RETURNS_MOST: u32 = 8;
/** No block: the edge leaves the region. */
export const NO_BLOCK: u32 = 0xffff;

/** How a block ends. */
export const END_FALL: u32 = 0;
export const END_BRANCH: u32 = 1;
export const END_JUMP: u32 = 2;
/** A jump to a register's value. */
export const END_REGISTER: u32 = 3;
/** Such a one that returns from a call: it may go on behind one of the region's calls. */
export const END_RETURN: u32 = 4;
/** An instruction that is not translated, not counted to the block. */
export const END_SLOW: u32 = 5;

@unmanaged
export class Block {
  /** Offsets in the page: of the first instruction, and of the last, or of what END_SLOW ends before. */
  begin: u32;
  last: u32;
  /** Instructions. */
  count: u32;
  end: u32;
  /** Blocks behind it: of the jump or the branch taken; of falling through. */
  taken: u32;
  next: u32;
  /** Offsets of those from the page's begin, as they may lie outside it. */
  takenOffset: i32;
  nextOffset: i32;
  /** Place in reverse postorder, and the block that it is at that place. */
  order: u32;
  dominator: u32;
  /** Edges from blocks before it in that order, and whether one comes from behind: then it heads a loop. */
  entries: u32;
  loop: u32;
  /** Steps that its longest way to the next check of the budget takes. */
  cost: u32;
  reached: u32;
  /** 1 once its instructions were followed; else it only is a place where a block would begin. */
  followed: u32;
  /** Bit n: its return does not go to the n-th place behind a call. */
  cutReturns: u32;
  /** Head of the outermost loop that it is in, or NO_BLOCK. */
  outermost: u32;
  /** Of such a head: registers that its loop uses, and that it writes (jit/uses). */
  loopUses: u64;
  loopWrites: u64;
}

const BLOCK_SHIFT: usize = 7;
const BLOCKS: usize = WORKSHOP;
/** u16 for each halfword: the block that begins there, plus one; TAIL where an instruction of a block stands. */
const PLACES: usize = BLOCKS + ((<usize>BLOCKS_MOST + 1) << BLOCK_SHIFT);
const TAIL: u32 = 0xffff;
/** Offsets that wait to be followed. */
const WAITING: usize = PLACES + 4096;
/** Offsets behind the region's calls. */
const RETURNS: usize = WAITING + 4096;
/** Numbers of the blocks in reverse postorder, u16. */
const ORDER: usize = RETURNS + 64;
export const AFTER_GRAPH: usize = ORDER + 1024;

export let blocks: u32 = 0;
export let returns: u32 = 0;
/** Lines of the page that the region was made from, and its instructions. */
export let lines: u64 = 0;
export let instructions: u32 = 0;
let waiting: u32 = 0;
/** Whether a return was found. */
let returning: bool = false;

export function blockAt(index: u32): Block {
  return changetype<Block>(BLOCKS + ((<usize>index) << BLOCK_SHIFT));
}

export function returnAt(index: u32): u32 {
  return load<u16>(RETURNS + ((<usize>index) << 1));
}

export function orderAt(index: u32): u32 {
  return load<u16>(ORDER + ((<usize>index) << 1));
}

export function setOrder(index: u32, block: u32): void {
  store<u16>(ORDER + ((<usize>index) << 1), <u16>block);
}

function place(offset: u32): u32 {
  return load<u16>(PLACES + offset);
}

/** The block that begins at `offset`, or NO_BLOCK. */
export function blockOn(offset: i32): u32 {
  if (<u32>offset >= PAGE_SIZE) return NO_BLOCK;
  const found = place(offset);
  if (!found || found === TAIL) return NO_BLOCK;
  return blockAt(found - 1).followed ? found - 1 : NO_BLOCK;
}

/** A block shall begin at `offset`, if that is in the page and there is room. */
function lead(offset: i32): void {
  if (<u32>offset >= PAGE_SIZE) return;
  const found = place(offset);
  if (found && found !== TAIL) return;
  if (blocks >= BLOCKS_MOST) return;
  const block = blockAt(blocks);
  memory.fill(changetype<usize>(block), 0, 1 << BLOCK_SHIFT);
  block.begin = offset;
  blocks += 1;
  // One that begins within another parts it when all are found.
  if (found) {
    block.followed = 1;
  } else {
    store<u16>(WAITING + ((<usize>waiting) << 1), <u16>offset);
    waiting += 1;
  }
  store<u16>(PLACES + <usize>offset, <u16>blocks);
}

function noteReturn(offset: u32): void {
  if (returns >= RETURNS_MOST || offset >= PAGE_SIZE) return;
  store<u16>(RETURNS + ((<usize>returns) << 1), <u16>offset);
  returns += 1;
  if (returning) lead(offset);
}

/** Whether the register jump is a return: by ra or t0, which it does not write (Unprivileged 2.5.1). */
function isReturn(offset: u32): bool {
  const slot = slotAtOffset(offset);
  const source = load<u8>(slot, 2);
  return opAt(offset) === Op.JR && (source === 8 || source === 40) && load<i32>(slot, 4) === 0;
}

/** Leaders behind the instruction at `offset`, if it ends a block. */
function follow(offset: u32, kind: u32, length: u32): bool {
  if (kind === Kind.BRANCH) {
    lead(targetAt(offset));
    lead(offset + length);
    return true;
  }
  if (kind === Kind.JUMP) {
    const target = targetAt(offset);
    lead(target);
    if (opAt(offset) === Op.JAL && <u32>target < PAGE_SIZE) noteReturn(offset + length);
    return true;
  }
  if (kind !== Kind.JUMP_REGISTER) return false;
  if (!returning && isReturn(offset)) {
    returning = true;
    for (let index: u32 = 0; index < returns; ++index) lead(returnAt(index));
  }
  return true;
}

/** Marks the instructions from `offset` on, to where control parts or was before. */
function walk(begin: u32, room: u32): u32 {
  let offset = begin;
  let count: u32 = 0;
  while (count < room && offset < PAGE_SIZE) {
    if (offset !== begin && place(offset)) break;
    ensureDecoded(offset);
    const kind = kindAt(offset);
    if (kind === Kind.NONE) break;
    const length = lengthAt(offset);
    if (offset !== begin) store<u16>(PLACES + <usize>offset, <u16>TAIL);
    noteLines(offset, length);
    ++count;
    if (follow(offset, kind, length)) break;
    offset += length;
  }
  return count;
}

/**
 * Sets where a block ends, and what is behind it, once all leaders are known. Of `most` instructions `instructions` are
 * in blocks already: where ways overlap, one beginning in the midst of an instruction of the other, they soon go over the same.
 */
function close(block: Block, most: u32): void {
  let offset = block.begin;
  block.end = END_FALL;
  block.taken = NO_BLOCK;
  block.next = NO_BLOCK;
  block.count = 0;
  while (true) {
    if (offset >= PAGE_SIZE || (offset !== block.begin && place(offset) !== TAIL)) {
      const other = offset < PAGE_SIZE ? place(offset) : 0;
      // Behind the last instruction is another block, or what was not followed.
      if (!other && offset < PAGE_SIZE && kindAt(offset) === Kind.NONE) closeSlow(block, offset);
      else block.nextOffset = offset;
      break;
    }
    const kind = kindAt(offset);
    if (kind === Kind.NONE) {
      closeSlow(block, offset);
      break;
    }
    if (block.count && instructions >= most) {
      block.nextOffset = offset;
      break;
    }
    const length = lengthAt(offset);
    block.last = offset;
    block.count += 1;
    instructions += 1;
    if (kind === Kind.BRANCH || kind === Kind.JUMP) {
      block.end = kind === Kind.BRANCH ? END_BRANCH : END_JUMP;
      block.takenOffset = targetAt(offset);
      block.nextOffset = offset + length;
      break;
    }
    if (kind === Kind.JUMP_REGISTER) {
      block.end = isReturn(offset) ? END_RETURN : END_REGISTER;
      break;
    }
    offset += length;
  }
}

/** The region is left for exec/slow, which must find that same instruction: its lines are the region's as well. */
function closeSlow(block: Block, offset: u32): void {
  block.nextOffset = offset;
  if (opAt(offset) === Op.UNDECODED) return;
  block.end = END_SLOW;
  noteLines(offset, min<u32>(4, PAGE_SIZE - offset));
}

/** The region was made from `length` bytes at `offset`. */
function noteLines(offset: u32, length: u32): void {
  lines |= ((<u64>1) << (offset >> 6)) | ((<u64>1) << ((offset + length - 1) >> 6));
}

/** Which blocks follow which. */
function connect(block: Block): void {
  if (block.end === END_BRANCH || block.end === END_JUMP) block.taken = blockOn(block.takenOffset);
  if (block.end === END_BRANCH || block.end === END_FALL) block.next = blockOn(block.nextOffset);
}

/**
 * Finds the blocks around `entry` of the code page; block 0 begins there. False if the instruction there is
 * none that is translated.
 */
export function discover(code: usize, entry: u32): bool {
  lookAt(code);
  blocks = 0;
  returns = 0;
  waiting = 0;
  returning = false;
  lines = 0;
  instructions = 0;
  memory.fill(PLACES, 0, 4096);
  ensureDecoded(entry);
  if (kindAt(entry) === Kind.NONE) return false;
  lead(entry);
  const most = translator().regionInstructions;
  let walked: u32 = 0;
  for (let at: u32 = 0; at < waiting && walked < most; ++at) {
    const offset = <u32>load<u16>(WAITING + ((<usize>at) << 1));
    const count = walk(offset, most - walked);
    walked += count;
    if (count) blockAt(place(offset) - 1).followed = 1;
  }
  for (let index: u32 = 0; index < blocks; ++index) {
    if (blockAt(index).followed) close(blockAt(index), most);
  }
  for (let index: u32 = 0; index < blocks; ++index) {
    if (blockAt(index).followed) connect(blockAt(index));
  }
  return true;
}

/** The `which`-th block behind one, or NO_BLOCK: jump or branch taken, falling through, then returns. */
export function successor(block: Block, which: u32): u32 {
  if (which === 0) return block.taken;
  if (which === 1) return block.next;
  const at = which - 2;
  return (block.cutReturns >> at) & 1 ? NO_BLOCK : blockOn(returnAt(at));
}

/** How many `successor` is to be asked for. */
export function successors(block: Block): u32 {
  return block.end === END_RETURN ? 2 + returns : 2;
}

/** Makes an edge leave the region. */
export function cut(block: Block, which: u32): void {
  if (which === 0) block.taken = NO_BLOCK;
  else if (which === 1) block.next = NO_BLOCK;
  else block.cutReturns |= 1 << (which - 2);
}
