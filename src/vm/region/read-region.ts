import { disassemble } from '../../../isa/disassembler.js';
import { parseModule } from '../../../isa/wasm/text/module.js';
import { functionLines } from '../../../isa/wasm/text/module-text.js';
import { PAGE_SIZE } from '../../core/abi.js';
import type { Core } from '../../core/core.js';
import { DebugError } from '../../core/errors.js';
import {
  inspectRegion,
  type NoRegionCause,
  type RegionMark,
} from '../../core/translate/inspect-region.js';
import type { Region, RegionInstruction, RegionOptions, RegionPart } from './region.js';

const CAUSES: Readonly<Record<NoRegionCause, string>> = {
  unmapped: 'no RAM is mapped there, or nothing was ever written to it',
  undecoded: 'the code there was not executed yet; with eager it would be followed nevertheless',
  untranslatable: 'its first instruction is always interpreted',
  noRoom: 'the code buffer has no room for it',
};

/** Bytes at a virtual address, fewer where RAM ends. */
export type ReadCode = (address: bigint, length: number) => Uint8Array;

/** @throws DebugError, with the cause, if there is no region at that address */
export function readRegion(
  core: Core,
  vm: number,
  hart: number,
  given: bigint,
  read: ReadCode,
  options: RegionOptions = {},
): Region {
  const address = BigInt.asUintN(64, given);
  // An instruction begins at an even address (Unprivileged 1.5).
  if (address % 2n !== 0n) {
    throw new DebugError(`no instruction begins at the odd address 0x${address.toString(16)}`);
  }
  const emitted = inspectRegion(core, vm, hart, address, options.eager ?? false);
  if (typeof emitted === 'string') {
    throw new DebugError(`there is no region at 0x${address.toString(16)}: ${CAUSES[emitted]}`);
  }
  const { module, marks } = emitted;
  const page = address - (address % BigInt(PAGE_SIZE));
  const instructionAt = (place: number) => readInstruction(page + BigInt(place), read);
  return { hart, address, module, parts: partsOf(module, marks, instructionAt) };
}

/** The function's lines by the instruction that each begins in. */
function partsOf(
  module: Uint8Array,
  marks: readonly RegionMark[],
  instructionAt: (place: number) => RegionInstruction,
): RegionPart[] {
  const parsed = parseModule(module);
  const lines = parsed.functions.flatMap((emitted) => functionLines(parsed, emitted, 0));
  const parts: { instruction?: RegionInstruction; wasm: string[] }[] = [{ wasm: [] }];
  let next = 0;
  let present: number | undefined;
  const beginUpTo = (offset: number) => {
    for (; next < marks.length; next++) {
      const mark = marks[next];
      if (mark === undefined || mark.offset > offset) return;
      const { place } = mark;
      // A block's begin is marked, and its first instruction.
      if (place === present) continue;
      present = place;
      parts.push({
        ...(place === undefined ? {} : { instruction: instructionAt(place) }),
        wasm: [],
      });
    }
  };
  for (const { text, offset } of lines) {
    beginUpTo(offset);
    parts.at(-1)?.wasm.push(text);
  }
  beginUpTo(module.length);
  return parts.filter(({ instruction, wasm }) => instruction !== undefined || wasm.length > 0);
}

function readInstruction(address: bigint, read: ReadCode): RegionInstruction {
  const halfword = (at: bigint) => {
    const [low = 0, high = 0] = read(at, 2);
    return low | (high << 8);
  };
  const first = halfword(address);
  // Four bytes if the two lowest bits are set (Unprivileged 1.5); the second half may be in another page.
  const word = (first & 3) === 3 ? first | (halfword(address + 2n) << 16) : first;
  return { address, text: disassemble(word >>> 0, address) };
}
