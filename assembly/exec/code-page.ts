/**
 * Decoded code, a page of the pool for each frame that was executed.
 *
 * A slot of 8 bytes stands for each halfword: `op, rd * 8, rs1 * 8, rs2 * 8, imm:i32` (see
 * exec/decode); 0 is not decoded yet. The two slots behind the last are the page's end, the second
 * for a 4-byte instruction in the last halfword. A frame's code lines say which 64-byte lines slots were made from, so that a store beside code drops nothing.
 */

import { frameAddress, frameRecord, host } from '../frames/host';
import { MAP_FRAME_MASK, MAP_PRESENT, mapEntry, mapState } from '../frames/map';
import { Op } from '../generated/ops';
import { resetCounts } from '../jit/heat';
import { dropRegions } from '../jit/region';
import { CODE_PAGE_SIZE, CODE_PAGES, CODE_POOL, SCRATCH_CODE } from '../layout';
import { dropFetchAddresses, dropWriteAddresses } from '../mmu/drop';
import { vmAt } from '../vm/vm';
import { spendWork } from '../vm/work';
import { decode, lengthOf } from './decode';

const SLOT_SHIFT: usize = 3;
const END_SLOT: usize = 2048 << SLOT_SHIFT;
/** Header, behind two end slots: frame u32, then the extensions the code was decoded for. */
const OWNER: usize = END_SLOT + 16;
const EXTENSIONS: usize = END_SLOT + 24;
/** Of the scratch page: where its one slot is, and the word decoded there. */
const SCRATCH_SLOT: usize = END_SLOT + 32;
const SCRATCH_WORD: usize = END_SLOT + 40;
/** Number, plus one, of the first region that was made from the page (jit/region). */
const REGIONS: usize = END_SLOT + 48;
/** When its counters began, u64 in steps (jit/heat). */
export const COUNTED_SINCE: usize = END_SLOT + 56;
/** How often each halfword must still be jumped to before it is worth translating. */
export const COUNTS: usize = END_SLOT + 64;
const LINE_SHIFT: u32 = 6;
const SLOTS_A_LINE: u32 = 32;
/** Work of clearing a page: slots, several of which are written at once. */
const CLEARING: u32 = 512;
export const LAST_HALFWORD: u32 = 0xffe;
const ALL_LINES: u64 = u64.MAX_VALUE;

export function firstRegion(code: usize): u32 {
  return load<u32>(code, REGIONS);
}

export function setFirstRegion(code: usize, region: u32): void {
  store<u32>(code, region, REGIONS);
}

/** The frame that a code page was made from, 0 if none. */
export function codeOwner(code: usize): u32 {
  return load<u32>(code, OWNER);
}

export function codeExtensions(code: usize): u64 {
  return load<u64>(code, EXTENSIONS);
}

/** The code page of `frame`, made (and another evicted) if need be. */
export function codePage(vm: usize, frame: u32, extensions: u64): usize {
  const record = frameRecord(frame);
  let code = <usize>record.codePage;
  if (code) {
    if (load<u64>(code, EXTENSIONS) === extensions) return code;
    dropFetches(frame);
  } else {
    code = take();
    store<u32>(code, frame, OWNER);
    record.codePage = <u32>code;
  }
  clear(code, extensions);
  spendWork(vm, CLEARING);
  record.codeLines = 0;
  return code;
}

/** The oldest page of the pool, parted from its frame. */
function take(): usize {
  const state = host();
  const code = <usize>state.nextCodePage;
  const next = code + CODE_PAGE_SIZE;
  state.nextCodePage = <u32>(next < CODE_POOL + CODE_PAGES * CODE_PAGE_SIZE ? next : CODE_POOL);
  const owner = load<u32>(code, OWNER);
  if (owner) {
    dropRegions(code, ALL_LINES);
    dropFetches(owner);
    const record = frameRecord(owner);
    record.codePage = 0;
    record.codeLines = 0;
  }
  return code;
}

/** Whether a VM maps the frame. */
function maps(vm: usize, frame: u32): bool {
  const entry = mapEntry(vm, frameRecord(frame).page);
  return (
    entry !== 0 && (mapState(entry) & (MAP_PRESENT | MAP_FRAME_MASK)) === (MAP_PRESENT | frame)
  );
}

/** A VM that maps the frame, or 0: the zero frame is in nobody's map. */
export function mapperOf(frame: u32): usize {
  let vm = <usize>host().firstVm;
  while (vm && !maps(vm, frame)) vm = vmAt(vm).next;
  return vm;
}

/** No fetch TLB may keep the address of a frame's code page. */
function dropFetches(frame: u32): void {
  for (let vm = <usize>host().firstVm; vm; vm = vmAt(vm).next) {
    if (maps(vm, frame)) dropFetchAddresses(vm, frameRecord(frame).page);
  }
}

/** Address of the frame that a code page, not the scratch page, was made from. */
export function codeSource(code: usize): usize {
  return frameAddress(load<u32>(code, OWNER));
}

function clear(code: usize, extensions: u64): void {
  dropRegions(code, ALL_LINES);
  memory.fill(code, 0, END_SLOT);
  resetCounts(code);
  setEnd(code);
  store<u64>(code, extensions, EXTENSIONS);
}

function setEnd(code: usize): void {
  store<u64>(code, Op.PAGE_END, END_SLOT);
  store<u64>(code, Op.PAGE_END, END_SLOT + 8);
}

/**
 * The scratch page, holding one instruction: one that straddles two pages, or stands in a page that
 * PMP covers in part, so that each fetch of it must be checked anew.
 */
export function scratchPage(offset: u32, word: u32, extensions: u64): usize {
  setEnd(SCRATCH_CODE);
  store<u64>(SCRATCH_CODE + load<u32>(SCRATCH_CODE, SCRATCH_SLOT), 0);
  const slot = (<usize>(offset >> 1)) << SLOT_SHIFT;
  store<u32>(SCRATCH_CODE, <u32>slot, SCRATCH_SLOT);
  store<u32>(SCRATCH_CODE, word, SCRATCH_WORD);
  decode(word, offset, SCRATCH_CODE + slot, extensions);
  return SCRATCH_CODE;
}

/** Decodes the instruction at `offset`; false if it cannot be held here (see `scratchPage`). */
export function decodeSlot(vm: usize, code: usize, offset: u32, extensions: u64): bool {
  if (code === SCRATCH_CODE) return false;
  const frame = load<u32>(code, OWNER);
  const slot = code + ((<usize>(offset >> 1)) << SLOT_SHIFT);
  const word = codeWord(code, offset);
  markCode(vm, frame, offset);
  if (lengthOf(word) === 2) {
    decode(word, offset, slot, extensions);
  } else if (offset === LAST_HALFWORD) {
    store<u64>(slot, Op.STRADDLE);
  } else {
    markCode(vm, frame, offset + 2);
    decode(word, offset, slot, extensions);
  }
  return true;
}

/** The bits of the instruction at `offset`: 16 or 32; the first half of one that straddles. */
export function codeWord(code: usize, offset: u32): u32 {
  if (code === SCRATCH_CODE) return load<u32>(code, SCRATCH_WORD);
  const address = codeSource(code) + offset;
  const low: u32 = load<u16>(address);
  if (lengthOf(low) === 2 || offset === LAST_HALFWORD) return low;
  return low | ((<u32>load<u16>(address, 2)) << 16);
}

/** Marks the line of a decoded halfword, once; stores into the page go the slow way from then on. */
function markCode(vm: usize, frame: u32, offset: u32): void {
  const record = frameRecord(frame);
  const line: u64 = 1 << (<u64>offset >> LINE_SHIFT);
  if (record.codeLines & line) return;
  if (!record.codeLines) dropWriteAddresses(vm, record.page);
  record.codeLines |= line;
}

/** Drops what was decoded from the lines that `bytes` bytes at `offset` of the frame touch. */
export function dropCode(frame: u32, offset: u32, bytes: u32): void {
  const record = frameRecord(frame);
  const code = <usize>record.codePage;
  const last = (offset + bytes - 1) >> LINE_SHIFT;
  const begin = offset >> LINE_SHIFT;
  const touched = (ALL_LINES >> (63 - last + begin)) << begin;
  if (record.codeLines & touched) dropRegions(code, touched);
  for (let line = begin; line <= last; ++line) {
    const bit: u64 = 1 << (<u64>line);
    if (!(record.codeLines & bit)) continue;
    record.codeLines &= ~bit;
    const first = code + ((<usize>(line * SLOTS_A_LINE)) << SLOT_SHIFT);
    memory.fill(first, 0, SLOTS_A_LINE << (<u32>SLOT_SHIFT));
    // A 4-byte instruction that begins in the line before may end in this one.
    if (line) store<u64>(first - (1 << SLOT_SHIFT), 0);
  }
}

/** Forgets all code of a frame that is about to be freed. */
export function releaseCode(frame: u32): void {
  const record = frameRecord(frame);
  if (!record.codePage) return;
  dropRegions(record.codePage, ALL_LINES);
  store<u32>(record.codePage, 0, OWNER);
  record.codePage = 0;
  record.codeLines = 0;
}
