/**
 * Where each instruction's Wasm begins, for who looks at a region: pairs of u32 at TRANSFER, byte of the module and
 * byte of the guest's page, ended by MARKS_END. Regions that are to run are written without.
 */
import { TRANSFER, TRANSFER_SIZE } from '../layout';
import { cursor } from './code';

/** Wasm that belongs to no instruction. */
export const NO_INSTRUCTION: u32 = 0xffff_ffff;
const MARKS_END: u32 = 0xffff_ffff;
const MARK_SHIFT: usize = 3;
const MOST: u32 = (TRANSFER_SIZE >> <u32>MARK_SHIFT) - 1;

let marking: bool = false;
let marks: u32 = 0;

export function beginMarks(): void {
  marking = true;
  marks = 0;
}

/** What is written from here on is the Wasm of the instruction at `offset` of the page. */
export function mark(offset: u32): void {
  if (!marking || marks === MOST) return;
  const pair = TRANSFER + ((<usize>marks) << MARK_SHIFT);
  store<u32>(pair, <u32>cursor);
  store<u32>(pair, offset, 4);
  marks += 1;
}

/** Ends the list: what was written at `from` is at byte `to` of the module. */
export function endMarks(from: usize, to: u32): void {
  marking = false;
  for (let index: u32 = 0; index < marks; ++index) {
    const pair = TRANSFER + ((<usize>index) << MARK_SHIFT);
    store<u32>(pair, load<u32>(pair) - <u32>from + to);
  }
  store<u32>(TRANSFER + ((<usize>marks) << MARK_SHIFT), MARKS_END);
}
