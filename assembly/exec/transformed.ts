/**
 * The transformed instruction of a trap of a load, store or atomic (Privileged 15.6.3): the word, a
 * compressed one's expansion with bit 1 clear, without its immediate; in the place of rs1 stands how far the
 * faulting address is from the access's first.
 */
import { at } from '../hart/hart';
import { codeWord } from './code-page';
import { expansionOf, lengthOf } from './decode';

const OPCODE: u32 = 0x7f;
const LOAD: u32 = 0x03;
const LOAD_FP: u32 = 0x07;
const STORE: u32 = 0x23;
const STORE_FP: u32 = 0x27;
/** All but the fields that the immediate and rs1 have. */
const KEPT_OF_LOAD: u32 = 0x0000_7fff;
const KEPT_OF_STORE: u32 = 0x01f0_707f;
const RS1: u32 = 31 << 15;
/** Set in the low bits of each 32-bit instruction, clear when the trapped one was compressed. */
const LONG: u32 = 2;

/** Of the instruction at pc, whose code the inner loop left to exec/slow; `offset` in bytes. */
export function transformed(hart: usize, offset: u32): u64 {
  const raw = codeWord(at(hart).code, <u32>at(hart).pc & 0xfff);
  const short = lengthOf(raw) === 2;
  const word = short ? expansionOf(raw, at(hart).extensions) : raw;
  const opcode = word & OPCODE;
  let kept = word & ~RS1;
  if (opcode === LOAD || opcode === LOAD_FP) kept = word & KEPT_OF_LOAD;
  else if (opcode === STORE || opcode === STORE_FP) kept = word & KEPT_OF_STORE;
  const told = kept | (offset << 15);
  return short ? told & ~LONG : told;
}
