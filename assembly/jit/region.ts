/**
 * Regions: guest code that became a Wasm function. The slot of its first instruction in the decoded code is its
 * entry: op REGION, the record's number, the function's place in the table. The record keeps the slot as it was.
 *
 * ```
 * free ─▶ emitted ─▶ live ─▶ free        the page's code changed, or its code page went: the slot is as before
 *            └─────▶ dead ─▶ free        that happened while the host layer compiled it: it is not installed
 * ```
 */
import { firstRegion, setFirstRegion } from '../exec/code-page';
import { Op } from '../generated/ops';
import { REGION_COUNT, REGION_RECORD_SHIFT, REGION_TABLE } from '../layout';
import { recount, reheat } from './heat';
import { translator } from './state';

export const REGION_FREE: u32 = 0;
export const REGION_EMITTED: u32 = 1;
export const REGION_LIVE: u32 = 2;
export const REGION_DEAD: u32 = 3;

@unmanaged
export class Region {
  /** The entry's slot as it was before. */
  saved: u64;
  /** Lines of its page that it was made from. */
  lines: u64;
  state: u32;
  /** Its place in the function table. */
  place: u32;
  /** The code page, and the entry's offset in bytes of guest code. */
  code: u32;
  offset: u32;
  /** The next region of the page, or free record, plus one. */
  next: u32;
  instructions: u32;
}

export function regionAt(number: u32): Region {
  return changetype<Region>(REGION_TABLE + ((<usize>number) << REGION_RECORD_SHIFT));
}

/** Number of the region whose entry a slot is. */
export function regionOf(slot: usize): u32 {
  return load<u16>(slot, 2);
}

/** The slot as decoded: what a region's entry was before. */
export function decodedSlot(slot: usize): usize {
  return load<u8>(slot) === Op.REGION ? changetype<usize>(regionAt(regionOf(slot))) : slot;
}

export function slotOf(code: usize, offset: u32): usize {
  return code + ((<usize>offset) << 2);
}

/** A record for the entry at `offset` of the page; its number plus one, or 0 when all are in use. */
export function makeRegion(code: usize, offset: u32, lines: u64, instructions: u32): u32 {
  const state = translator();
  let number = state.freeRegion;
  if (number) {
    state.freeRegion = regionAt(number - 1).next;
  } else {
    if (state.untouchedRegion >= REGION_COUNT) return 0;
    state.untouchedRegion += 1;
    number = state.untouchedRegion;
  }
  const region = regionAt(number - 1);
  region.state = REGION_EMITTED;
  region.code = <u32>code;
  region.offset = offset;
  region.lines = lines;
  region.instructions = instructions;
  region.next = firstRegion(code);
  setFirstRegion(code, number);
  return number;
}

function freeRegion(number: u32): void {
  const region = regionAt(number);
  region.state = REGION_FREE;
  region.next = translator().freeRegion;
  translator().freeRegion = number + 1;
}

/**
 * The region's function stands at `place` of the table: its entry is put into the decoded code. False, and the record is
 * free, if its code changed meanwhile.
 */
export function installRegion(number: u32, place: u32): bool {
  const region = regionAt(number);
  const slot = slotOf(region.code, region.offset);
  if (region.state === REGION_DEAD || load<u8>(slot) === Op.REGION) {
    cancelRegion(number);
    return false;
  }
  region.state = REGION_LIVE;
  region.place = place;
  region.saved = load<u64>(slot);
  store<u16>(slot, Op.REGION);
  store<u16>(slot, <u16>number, 2);
  store<u32>(slot, place, 4);
  translator().live += 1;
  translator().liveInstructions += region.instructions;
  return true;
}

/** Frees the record of a region that was emitted and shall not be installed. */
export function cancelRegion(number: u32): void {
  if (regionAt(number).state === REGION_EMITTED) unlink(number);
  freeRegion(number);
}

/** Takes a region off its page's list. */
function unlink(number: u32): void {
  const region = regionAt(number);
  let before: u32 = 0;
  let at = firstRegion(region.code);
  while (at !== number + 1) {
    before = at;
    at = regionAt(at - 1).next;
  }
  if (before) regionAt(before - 1).next = region.next;
  else setFirstRegion(region.code, region.next);
}

/** Takes a region that is in no list any more out of use. */
function retire(number: u32): void {
  const region = regionAt(number);
  if (region.state === REGION_EMITTED) {
    region.state = REGION_DEAD;
    return;
  }
  const slot = slotOf(region.code, region.offset);
  if (load<u8>(slot) === Op.REGION && regionOf(slot) === number) store<u64>(slot, region.saved);
  translator().live -= 1;
  translator().liveInstructions -= region.instructions;
  freeRegion(number);
}

/** No region of the page that was made from any of these lines remains. */
export function dropRegions(code: usize, lines: u64): void {
  let next = firstRegion(code);
  if (!next) return;
  let kept: u32 = 0;
  while (next) {
    const number = next - 1;
    const region = regionAt(number);
    next = region.next;
    if (region.lines & lines) {
      translator().evicted += 1;
      // Its count ended when it was asked for: what comes in its place is counted from the beginning.
      recount(code, region.offset);
      retire(number);
    } else {
      region.next = kept;
      kept = number + 1;
    }
  }
  setFirstRegion(code, kept);
}

/** No region remains; entries that were hot will soon be asked for again. */
export function retireAll(): void {
  for (let number: u32 = 0; number < translator().untouchedRegion; ++number) {
    const region = regionAt(number);
    if (region.state !== REGION_EMITTED && region.state !== REGION_LIVE) continue;
    unlink(number);
    if (region.state === REGION_LIVE) reheat(region.code, region.offset);
    retire(number);
  }
}
