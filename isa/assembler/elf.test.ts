import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.js';
import { toElf } from './elf.js';

const PROGRAM = assemble('.equ size, 64\nstart: nop\nend: j start', { origin: 0x8000_0100n });

describe('toElf', () => {
  it('has one segment with the program', () => {
    const file = toElf(PROGRAM, { memorySize: 0x4000 });
    const view = new DataView(file.buffer);
    expect(view.getUint16(18, true)).toBe(243);
    expect(view.getBigUint64(24, true)).toBe(0x8000_0100n);
    const header = Number(view.getBigUint64(32, true));
    const offset = Number(view.getBigUint64(header + 8, true));
    expect(view.getUint32(header, true)).toBe(1);
    expect(offset % 0x1000).toBe(0x100);
    expect(view.getBigUint64(header + 16, true)).toBe(0x8000_0100n);
    expect(view.getBigUint64(header + 32, true)).toBe(8n);
    expect(view.getBigUint64(header + 40, true)).toBe(0x4000n);
    expect(file.slice(offset, offset + 8)).toEqual(PROGRAM.bytes);
  });

  it('takes the entry and the machine', () => {
    const view = new DataView(toElf(PROGRAM, { entry: 0x8000_0104n, machine: 62 }).buffer);
    expect(view.getUint16(18, true)).toBe(62);
    expect(view.getBigUint64(24, true)).toBe(0x8000_0104n);
  });

  it('lists every symbol', () => {
    const file = toElf(PROGRAM);
    const view = new DataView(file.buffer);
    const sections = Number(view.getBigUint64(40, true));
    const symtab = sections + 2 * 64;
    const strtab = sections + 3 * 64;
    const at = Number(view.getBigUint64(symtab + 24, true));
    const count = Number(view.getBigUint64(symtab + 32, true)) / 24;
    const names = Number(view.getBigUint64(strtab + 24, true));
    const symbols = Array.from({ length: count - 1 }, (_, n) => {
      const symbol = at + (n + 1) * 24;
      const name = names + view.getUint32(symbol, true);
      const text = new TextDecoder().decode(file.slice(name, file.indexOf(0, name)));
      return [text, view.getBigUint64(symbol + 8, true)];
    });
    expect(new Map(symbols as [string, bigint][])).toEqual(PROGRAM.symbols);
  });

  it('refuses a segment smaller than the program', () => {
    expect(() => toElf(PROGRAM, { memorySize: 4 })).toThrow(RangeError);
  });
});
