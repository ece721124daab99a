import { disassemble } from '../../../isa/disassembler.js';
import { findRow, instructionLength } from '../../../isa/table.js';
import { type Image, ORIGIN } from '../code.js';
import { CSR_OFFSET, START, START_CSRS, X_OFFSET } from './block.js';
import { REGISTERS } from './groups.js';
import type { RandomProgram } from './program.js';

/** Longer listings help nobody. */
const MOST_LINES = 60;

/** A reduced program: what it starts with, and the instructions that matter. */
export function tellProgram(
  image: Image,
  { state, groups, offsets }: RandomProgram,
  block: number,
  kept: readonly number[],
): string {
  const csrs = [...START_CSRS, 'mstatus']
    .map((name, n) => {
      const value = image.get64(block + START + CSR_OFFSET + 8 * n);
      return value === 0n ? '' : ` ${name}=0x${value.toString(16)}`;
    })
    .join('');
  const registers = [...REGISTERS.data, ...REGISTERS.atomic, ...REGISTERS.landing].map(
    (n) => ` x${n}=0x${image.get64(block + START + X_OFFSET + 8 * n).toString(16)}`,
  );
  const lines = kept.flatMap((n) => {
    const from = offsets[n] ?? 0;
    return listing(image, from, from + 4 * (groups[n]?.words.length ?? 0));
  });
  return [
    `mode ${state.mode}, ${state.scheme}, block 0x${(ORIGIN + block).toString(16)};${csrs}`,
    `registers${registers.join('')}`,
    ...lines.slice(0, MOST_LINES),
    ...(lines.length > MOST_LINES ? [`  … ${lines.length - MOST_LINES} more`] : []),
  ].join('\n');
}

function listing(image: Image, from: number, to: number): string[] {
  const lines: string[] = [];
  for (let at = from; at < to; ) {
    const raw = image.get32(at);
    const length = instructionLength(raw);
    const word = length === 2 ? raw & 0xffff : raw;
    const text = findRow(word) === undefined ? 'illegal' : disassemble(word, BigInt(ORIGIN + at));
    lines.push(
      `  ${(ORIGIN + at).toString(16)}  ${word.toString(16).padStart(2 * length, '0')}  ${text}`,
    );
    at += length;
  }
  return lines;
}
