import { disassemble } from '../../isa/disassembler.js';
import { type AddressSpace, readInstruction } from '../core/address-space.js';
import type { GuestMemory } from '../core/guest-memory.js';

/** What stands at a pc. */
export interface Instruction {
  readonly word: number;
  readonly text: string;
}

/**
 * What a hart would fetch. The page tables are walked in RAM: engines are not asked about what one of them
 * may have wrong, and none is obliged to answer debuggers. Undefined if nothing can be fetched.
 */
export function instructionAt(
  ram: GuestMemory,
  space: AddressSpace,
  pc: bigint,
): Instruction | undefined {
  const word = readInstruction(ram, space, pc);
  return word === undefined ? undefined : { word, text: disassemble(word, pc) };
}
