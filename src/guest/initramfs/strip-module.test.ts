import { describe, expect, it } from 'vitest';
import { stripModule } from './strip-module.js';

const NAMES = '\0.L1\0.L2\0helper\0init\0';
const at = (name: string): number => NAMES.indexOf(`\0${name}\0`) + 1;

/** A symbol: its name's place, how it is bound and what it is, its value. */
function symbol(name: string, info: number, value: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, name === '' ? 0 : at(name), true);
  bytes[4] = info;
  view.setBigUint64(8, BigInt(value), true);
  return bytes;
}

function rela(offset: number, index: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(offset), true);
  view.setUint32(12, index, true);
  return bytes;
}

/** An object file of these sections: type, link, content. */
function objectFile(sections: readonly (readonly [number, number, Uint8Array])[]): Uint8Array {
  const size = sections.reduce((sum, [, , content]) => sum + content.length, 64);
  const bytes = new Uint8Array(size + sections.length * 64);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 1, true);
  view.setBigUint64(40, BigInt(size), true);
  view.setUint16(60, sections.length, true);
  let offset = 64;
  for (const [i, [type, link, content]] of sections.entries()) {
    const header = size + i * 64;
    bytes.set(content, offset);
    view.setUint32(header + 4, type, true);
    view.setBigUint64(header + 24, BigInt(offset), true);
    view.setBigUint64(header + 32, BigInt(content.length), true);
    view.setUint32(header + 40, link, true);
    offset += content.length;
  }
  return bytes;
}

const join = (...pieces: Uint8Array[]) => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const SYMBOLS = join(
  symbol('', 0, 0),
  symbol('.L1', 0, 1),
  symbol('.L2', 0, 2),
  symbol('helper', 0x02, 3),
  symbol('init', 0x12, 4),
);
const MODULE = objectFile([
  [0, 0, new Uint8Array(0)],
  [1, 0, new Uint8Array(8).fill(7)],
  [2, 3, SYMBOLS],
  [3, 0, new TextEncoder().encode(NAMES)],
  [4, 2, join(rela(0, 2), rela(4, 4))],
]);

/** A section's content, and its header's info field. */
function section(file: Uint8Array, index: number): { content: Uint8Array; info: number } {
  const view = new DataView(file.buffer, file.byteOffset);
  const header = Number(view.getBigUint64(40, true)) + index * 64;
  const offset = Number(view.getBigUint64(header + 24, true));
  const size = Number(view.getBigUint64(header + 32, true));
  const info = view.getUint32(header + 44, true);
  return { content: file.slice(offset, offset + size), info };
}

describe('stripModule', () => {
  it('keeps what is referred to, functions and global symbols, each where it is looked for', () => {
    const stripped = stripModule(MODULE, 'm');
    const symbols = section(stripped, 2);
    const names = new TextDecoder().decode(section(stripped, 3).content);
    const view = new DataView(symbols.content.buffer);
    const found = [0, 1, 2, 3].map((i) => {
      const name = names.slice(view.getUint32(i * 24, true)).split('\0')[0];
      return [name, Number(view.getBigUint64(i * 24 + 8, true))];
    });
    expect(found).toEqual([
      ['', 0],
      ['.L2', 2],
      ['helper', 3],
      ['init', 4],
    ]);
    expect(symbols.content.length).toBe(4 * 24);
    expect(symbols.info).toBe(3);
    expect(section(stripped, 4).content).toEqual(join(rela(0, 1), rela(4, 3)));
    expect(section(stripped, 1).content).toEqual(new Uint8Array(8).fill(7));
  });

  it('gives the same again for what it has made', () => {
    const stripped = stripModule(MODULE, 'm');
    expect(stripModule(stripped, 'm')).toEqual(stripped);
  });

  it.each([
    ['what is no ELF file', new Uint8Array(100)],
    ['a file that is cut short', MODULE.subarray(0, MODULE.length - 1)],
    [
      'a relocation by a symbol that is none',
      objectFile([
        [0, 0, new Uint8Array(0)],
        [2, 2, SYMBOLS],
        [3, 0, new TextEncoder().encode(NAMES)],
        [4, 1, rela(0, 99)],
      ]),
    ],
  ])('refuses %s', (_, file) => {
    expect(() => stripModule(file, 'm')).toThrow('kernel module m is no object file');
  });
});
