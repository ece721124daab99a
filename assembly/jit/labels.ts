/** The nesting of Wasm's blocks while a function is written: what a branch to each of them means. */

import { put, putUnsigned } from './code';
import { NO_BLOCK } from './graph';
import { AFTER_REGISTERS } from './registers';
import { NO_RESULT, Wasm } from './wasm';

/** A meaning besides a block's number: leaving the region. */
export const TO_EXIT: u32 = 0xfff0;
/** Leaving the outermost loop that is being written, and the region. */
export const OUT_OF_LOOP: u32 = 0xfff1;
/** Of a loop's head this is added to its number: going back to it. */
const BACK: u32 = 0x8000;

const STACK: usize = AFTER_REGISTERS;

let depth: u32 = 0;

export function beginLabels(): void {
  depth = 0;
}

function open(opcode: u32, meaning: u32): void {
  put(opcode);
  put(NO_RESULT);
  store<u16>(STACK + ((<usize>depth) << 1), <u16>meaning);
  depth += 1;
}

/** Begins a block: a branch to `meaning` goes behind its end. */
export function openBlock(meaning: u32): void {
  open(Wasm.BLOCK, meaning);
}

/** Begins a loop: a branch back to the block goes to its begin. */
export function openLoop(block: u32): void {
  open(Wasm.LOOP, block | BACK);
}

export function openIf(): void {
  open(Wasm.IF, NO_BLOCK);
}

/** The other arm of the conditional that was begun last. */
export function openElse(): void {
  put(Wasm.ELSE);
}

export function close(): void {
  put(Wasm.END);
  depth -= 1;
}

/** A branch to `meaning`. */
export function branch(opcode: u32, meaning: u32): void {
  let at = depth - 1;
  while (load<u16>(STACK + ((<usize>at) << 1)) !== <u16>meaning) at -= 1;
  put(opcode);
  putUnsigned(depth - 1 - at);
}

export function branchBack(opcode: u32, block: u32): void {
  branch(opcode, block | BACK);
}
