/** Templates: which one an instruction has, and its operands (isa/wasm/notation.ts). */
import {
  Kind,
  TEMPLATE_RTZ_STARTS,
  TEMPLATE_SAME_STARTS,
  TEMPLATE_STARTS,
  TEMPLATES,
} from '../generated/templates';

const RNE: u32 = 0;
const RTZ: u32 = 1;
const DYNAMIC: u32 = 7;

export function rd(slot: usize): u32 {
  return load<u8>(slot, 1) >> 3;
}

export function rs1(slot: usize): u32 {
  return load<u8>(slot, 2) >> 3;
}

/** rs2: ops of the slow tier have the word in the immediate's place, and their length in rs2's. */
export function rs2(slot: usize, kind: u32): u32 {
  return keepsWord(kind) ? (load<u32>(slot, 4) >> 20) & 31 : load<u8>(slot, 3) >> 3;
}

export function rs3(slot: usize): u32 {
  return load<u32>(slot, 4) >> 27;
}

function keepsWord(kind: u32): bool {
  return kind >= <u32>Kind.ATOMIC;
}

function startIn(table: usize, op: u32): usize {
  return <usize>load<u16>(table + ((<usize>op) << 1));
}

/** The rounding mode of a word of F or D (Unprivileged 20.2). */
function roundingOf(slot: usize): u32 {
  return (load<u32>(slot, 4) >> 12) & 7;
}

/**
 * The template of the instruction, or 0: of one that rounds it depends on how, and some are simpler where both
 * operands are the same.
 */
export function templateOf(slot: usize, op: u32, kind: u32): usize {
  if (kind === Kind.FLOAT) {
    const rounding = roundingOf(slot);
    if (rounding === RTZ) {
      const rtz = startIn(TEMPLATE_RTZ_STARTS, op);
      return rtz ? TEMPLATES + rtz : 0;
    }
    if (rounding !== RNE && rounding !== DYNAMIC) return 0;
  }
  if (kind === Kind.FLOAT || kind === Kind.FLOAT_EXACT) {
    const same = startIn(TEMPLATE_SAME_STARTS, op);
    if (same && rs1(slot) === rs2(slot, kind)) return TEMPLATES + same;
  }
  return TEMPLATES + startIn(TEMPLATE_STARTS, op);
}

/** Bytes of a template's item that begins with `item`. */
export function itemLength(item: u32): usize {
  return item < 0x80 ? 1 + item : 1;
}

/** Bit 14 of a CSR instruction's word: rs1's field is an immediate (Unprivileged 7.1). */
const IMMEDIATE: u32 = 1 << 14;

/** Whether the operand of a CSR instruction is rs1's number itself. */
export function isImmediate(slot: usize): bool {
  return (load<u32>(slot, 4) & IMMEDIATE) !== 0;
}

/** Whether a CSR instruction reads a register. */
export function readsRegister(slot: usize): bool {
  return !isImmediate(slot) && rs1(slot) !== 0;
}
