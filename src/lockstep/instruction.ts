import { disassemble } from '../../isa/disassembler.js';
import { instructionLength } from '../../isa/table.js';
import type { GuestMemory } from '../core/guest-memory.js';

/** What stands at a pc. */
export interface Instruction {
  readonly word: number;
  readonly text: string;
}

const MACHINE = 3;
/** Levels of page tables by satp.MODE (Privileged 12.1.11). */
const LEVELS: Readonly<Record<number, number>> = { 8: 3, 9: 4, 10: 5 };
const PPN_MASK = (1n << 44n) - 1n;
const VALID = 1n;
const READ_OR_EXECUTE = 0b1010n;
const NAPOT = 1n << 63n;

/**
 * What a hart would fetch. Walks the page tables in RAM by itself: engines are not asked about what one of
 * them may have wrong, and none is obliged to answer debuggers. Undefined if nothing can be fetched.
 */
export function instructionAt(
  ram: GuestMemory,
  hart: { readonly pc: bigint; readonly privilege: number; readonly satp: bigint },
): Instruction | undefined {
  const half = (address: bigint) => {
    const at = hart.privilege === MACHINE ? address : walk(ram, address, hart.satp);
    if (at === undefined || !ram.contains(at, 2)) return undefined;
    const [low = 0, high = 0] = ram.read(at, 2);
    return low | (high << 8);
  };
  const low = half(hart.pc);
  if (low === undefined) return undefined;
  const high = instructionLength(low) === 2 ? 0 : half(BigInt.asUintN(64, hart.pc + 2n));
  if (high === undefined) return undefined;
  const word = (low | (high << 16)) >>> 0;
  return { word, text: disassemble(word, hart.pc) };
}

/** The guest-physical address of a virtual one (Privileged 12.3.2, 12.4, 12.5), without any permissions. */
function walk(ram: GuestMemory, address: bigint, satp: bigint): bigint | undefined {
  const mode = Number(satp >> 60n);
  if (mode === 0) return address;
  let table = (satp & PPN_MASK) << 12n;
  for (let level = (LEVELS[mode] ?? 0) - 1; level >= 0; level--) {
    const shift = 12n + 9n * BigInt(level);
    const place = table + ((address >> shift) & 511n) * 8n;
    if (!ram.contains(place, 8)) return undefined;
    const entry = ram.readU64(place);
    if ((entry & VALID) === 0n) return undefined;
    const next = ((entry >> 10n) & PPN_MASK) << 12n;
    if ((entry & READ_OR_EXECUTE) === 0n) {
      table = next;
      continue;
    }
    // Svnapot: 64 KiB, the only size there is.
    const inside = (1n << (entry & NAPOT ? 16n : shift)) - 1n;
    return (next & ~inside) | (address & inside);
  }
  return undefined;
}
