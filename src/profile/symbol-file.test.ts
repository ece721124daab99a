import { describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';
import { ImageError } from '../core/errors.js';
import { parseSymbols } from './symbol-file.js';

const text = (lines: string) => new TextEncoder().encode(lines);

describe('a file of symbols', () => {
  it('may be a System.map', () => {
    const map = `ffffffff80000000 T _start
ffffffff80002000 t helper
ffffffff80002000 t .Llocal
ffffffff81c10180 D init_task
ffffffff80003000 W weak
0000000000000000 A absolute
`;
    const { functions, addresses } = parseSymbols(text(map), 'System.map');
    expect(functions.map(({ name }) => name)).toEqual(['_start', 'helper', 'weak']);
    expect(functions[1]?.address).toBe(0xffff_ffff_8000_2000n);
    expect(addresses.get('init_task')).toBe(0xffff_ffff_81c1_0180n);
    expect(addresses.has('absolute')).toBe(false);
  });

  it('may be what /proc/kallsyms says, with modules', () => {
    const lines = 'ffffffff80000000 T _start\r\nffffffff02000000 t probe\t[virtio_blk]\n';
    const { functions } = parseSymbols(text(lines), 'kallsyms');
    expect(functions.map(({ name }) => name)).toEqual(['_start', 'probe']);
  });

  it('may be an ELF file, whose labels of code count', () => {
    const program = assemble('_start: j .\nother: nop\n', { origin: 0x8000_0000n });
    const { functions } = parseSymbols(toElf(program), 'program');
    expect(functions).toContainEqual({ name: 'other', address: 0x8000_0004n, size: 0n });
  });

  it.each<[what: string, file: Uint8Array, line: RegExp]>([
    ['nothing', text(''), /it names no code: it may be a stub, or stripped/],
    [
      "the stub of Debian's packages",
      text('ffffffffffffffff B The real System.map is in the linux-image-6-dbg package\n'),
      /it names no code: it may be a stub/,
    ],
    ['only data', text('ffffffff81c10180 D init_task\n'), /it names no code/],
    ['another text', text('# a comment\n'), /it has no symbol in line 1 \('# a comment'\)/],
    [
      'too many digits',
      text('ffffffff80000000 T _start\nffffffff800000000 T wide\n'),
      /it has no symbol in line 2/,
    ],
    [
      'bytes that drive terminals',
      Uint8Array.of(0x1b, 0x5b, 0x32, 0x4a, 0xff),
      /line 1 \('\?\[2J\?'\)/,
    ],
    ['half an ELF file', toElf(assemble('nop')).subarray(0, 40), /it is cut short: its header/],
    ['an ELF file for x86-64', toElf(assemble('nop'), { machine: 62 }), /it is for x86-64/],
  ])('is refused if it is %s', (_, file, line) => {
    const parse = () => parseSymbols(file, 'it');
    expect(parse).toThrow(ImageError);
    expect(parse).toThrow(line);
  });

  it('is cut short wherever: an error, or fewer symbols', () => {
    const whole = toElf(assemble('a: nop\nb: nop\n', { origin: 0x8000_0000n }));
    for (let length = 0; length < whole.length; length += 7) {
      try {
        expect(parseSymbols(whole.subarray(0, length), 'it').functions.length).toBeLessThan(3);
      } catch (error) {
        expect(error).toBeInstanceOf(ImageError);
      }
    }
  });
});
