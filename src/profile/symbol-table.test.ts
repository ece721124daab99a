import { describe, expect, it } from 'vitest';
import { SymbolTable } from './symbol-table.js';

const table = (...symbols: readonly (readonly [name: string, address: bigint, size: bigint])[]) =>
  new SymbolTable(symbols.map(([name, address, size]) => ({ name, address, size })));

describe('the symbol at an address', () => {
  it('is the last one at or below it', () => {
    const names = table(['b', 0x200n, 0n], ['a', 0x100n, 0n]);
    expect(names.find(0xffn)).toBeUndefined();
    expect(names.find(0x100n)?.name).toBe('a');
    expect(names.find(0x1ffn)?.name).toBe('a');
    expect(names.find(0x200n)?.name).toBe('b');
  });

  it('ends where its size says, and the last without one after a megabyte', () => {
    const names = table(['a', 0x100n, 0x10n], ['b', 0x200n, 0n]);
    expect(names.find(0x10fn)?.name).toBe('a');
    expect(names.find(0x110n)).toBeUndefined();
    expect(names.find(0x200n + 0xf_ffffn)?.name).toBe('b');
    expect(names.find(0x200n + 0x10_0000n)).toBeUndefined();
  });

  it('is the function, not a label inside of it', () => {
    const names = table(['label', 0x104n, 0n], ['alias', 0x100n, 0n], ['f', 0x100n, 0x10n]);
    expect(names.find(0x104n)?.name).toBe('f');
    expect(names.find(0x100n)?.name).toBe('f');
  });

  it('is none without symbols', () => {
    expect(table().find(0n)).toBeUndefined();
  });
});
