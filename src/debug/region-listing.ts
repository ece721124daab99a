import type { Region } from '../vm/region/region.js';
import { hex } from './figure-text.js';
import { hexOf } from './hex.js';

/** Columns that the Wasm stands behind the instruction it came from. */
const MARGIN = '    ';

/** A region as text: each instruction, and below it the WebAssembly that it became. */
export function regionListing({ hart, address, module, parts }: Region): string {
  const instructions = new Set(parts.flatMap(({ instruction }) => instruction?.address ?? []));
  const count = `${instructions.size} instruction${instructions.size === 1 ? '' : 's'}`;
  const lines = [
    `hart ${hart}, region at ${hex(address)}: ${count}, a module of ${module.length} bytes`,
  ];
  for (const { instruction, wasm } of parts) {
    lines.push('');
    if (instruction !== undefined) lines.push(`${hex(instruction.address)}  ${instruction.text}`);
    else if (lines.length > 2) lines.push('ways out');
    lines.push(...wasm.map((line) => MARGIN + line));
  }
  return `${lines.join('\n')}\n`;
}

/** The same for programs: one line of JSON, with addresses and the module's bytes as text in hexadecimal. */
export function regionJson({ hart, address, module, parts }: Region): string {
  const rows = parts.map(({ instruction, wasm }) => ({
    address: instruction === undefined ? null : hex(instruction.address),
    instruction: instruction?.text ?? null,
    wasm,
  }));
  const { length: bytes } = module;
  const found = { hart, address: hex(address), bytes, parts: rows, module: hexOf(module) };
  return `${JSON.stringify(found)}\n`;
}
