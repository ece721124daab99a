/** The decoded page that a region is made from. */
import { codeExtensions, codeOwner, decodeSlot, mapperOf } from '../exec/code-page';
import { Ext, FIRST_SHORT, OP_BASE, Op } from '../generated/ops';
import { Kind, OP_KINDS } from '../generated/templates';
import { decodedSlot, slotOf } from './region';
import { translator } from './state';
import { templateOf } from './template';

let page: usize = 0;

/** What is looked at from here on is this code page. */
export function lookAt(code: usize): void {
  page = code;
}

/** The op at `offset`, in its four-byte form. */
export function opAt(offset: u32): u32 {
  return load<u8>(OP_BASE + <usize>load<u8>(decodedSlot(slotOf(page, offset))));
}

/** Whether the page's code was decoded for a CPU model with C. */
export function hasShortInstructions(): bool {
  return (codeExtensions(page) & Ext.C) !== 0;
}

/** What the translator does with the instruction at `offset`; NONE also where it has nothing for its rounding mode. */
export function kindAt(offset: u32): u32 {
  const op = opAt(offset);
  const kind = <u32>load<u8>(OP_KINDS + <usize>op);
  return kind === Kind.FLOAT && !templateOf(slotAtOffset(offset), op, kind) ? Kind.NONE : kind;
}

export function slotAtOffset(offset: u32): usize {
  return decodedSlot(slotOf(page, offset));
}

/** Bytes of the instruction, which is one that is translated. */
export function lengthAt(offset: u32): u32 {
  return load<u8>(slotAtOffset(offset)) >= <u8>FIRST_SHORT ? 2 : 4;
}

/** Where a jump or branch goes, from the page's begin. */
export function targetAt(offset: u32): i32 {
  return load<i32>(slotAtOffset(offset), 4) >> 2;
}

/** Decodes what stands at `offset` and was never executed, if such code is to be translated as well. */
export function ensureDecoded(offset: u32): void {
  if (!translator().eager || load<u8>(slotOf(page, offset)) !== Op.UNDECODED) return;
  // The zero frame is in nobody's map, and holds no instruction.
  const vm = mapperOf(codeOwner(page));
  if (vm) decodeSlot(vm, page, offset, codeExtensions(page));
}
