import { describe, expect, it } from 'vitest';
import { ALL_EXTENSIONS, EXTENSION_BITS, extensionSet } from './extensions.js';
import { FIELDS, fieldMask, fieldWidth } from './fields.js';
import { operandSyntax } from './notation.js';
import { isHot, numberOps, opOf } from './ops.js';
import { randomInstruction, randomWords } from './random-operands.js';
import { expand, findRow, instructionLength, matches, ROWS, rowNamed } from './table.js';

const LONG = ROWS.filter((row) => row.length === 4);
const SHORT = ROWS.filter((row) => row.length === 2);

describe('the instruction table', () => {
  it('has no two 32-bit rows that one word could match', () => {
    const overlaps = LONG.flatMap((a, at) =>
      LONG.slice(at + 1)
        .filter((b) => ((a.match ^ b.match) & a.mask & b.mask) === 0)
        .map((b) => `${a.name} ${b.name}`),
    );
    expect(overlaps).toEqual([]);
  });

  it('has no 16-bit word that two rows match, and no row that none matches', () => {
    const used = new Set<string>();
    const overlaps: string[] = [];
    for (let word = 0; word < 0x10000; word++) {
      const rows = SHORT.filter((row) => matches(row, word));
      if (rows.length > 1) overlaps.push(rows.map((row) => row.name).join(' '));
      for (const row of rows) used.add(row.name);
    }
    expect(overlaps).toEqual([]);
    expect([...used].sort()).toEqual(SHORT.map((row) => row.name).sort());
  });

  it('finds every row by its words', () => {
    const random = randomWords(99);
    for (const row of ROWS) {
      for (let i = 0; i < 16; i++) expect(findRow(randomInstruction(row, random))).toBe(row);
    }
  });

  it('matches only bits that it masks, and the length that it says', () => {
    for (const row of ROWS) {
      expect(row.match & ~row.mask, row.name).toBe(0);
      expect(instructionLength(row.match), row.name).toBe(row.length);
      expect(row.mask & 3, row.name).toBe(3);
    }
  });

  it('gives every bit of a word to the pattern or to one operand', () => {
    // What the specification leaves to be ignored or to ordering is no operand.
    const free = (name: string) =>
      name === 'fence' ? 0xf00f8f80 : name === 'fence.i' ? 0xffff8f80 : 0;
    for (const row of ROWS) {
      let covered = row.mask | (row.extensions.includes('A') ? 3 << 25 : 0) | free(row.name);
      for (const { value, base } of operandSyntax(row)) {
        for (const name of [value, base]) {
          if (name === undefined || name === 'sp') continue;
          const mask = fieldMask(FIELDS[name]);
          expect(row.mask & mask & ~0xf80, `${row.name} ${name}`).toBe(0);
          covered |= mask;
        }
      }
      expect(covered >>> 0, row.name).toBe(row.length === 4 ? 0xffff_ffff : 0xffff);
    }
  });

  it('has the rows of every extension', () => {
    const counts: Record<string, number> = {};
    for (const row of ROWS) {
      const key = row.extensions.join('+');
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(counts).toEqual({
      I: 54,
      M: 13,
      A: 22,
      F: 30,
      D: 32,
      ZICSR: 6,
      ZIFENCEI: 1,
      ZBA: 8,
      ZBB: 24,
      ZBS: 8,
      ZICOND: 2,
      S: 2,
      H: 15,
      C: 33,
      'C+D': 4,
    });
    expect(new Set(ROWS.map((row) => row.name)).size).toBe(ROWS.length);
  });

  it('matches nothing whose extension is off', () => {
    const random = randomWords(7);
    for (const row of ROWS) {
      const word = randomInstruction(row, random);
      for (const extension of row.extensions) {
        expect(findRow(word, ALL_EXTENSIONS & ~extensionSet([extension]))).toBeUndefined();
      }
    }
  });

  it.each([
    ['the all-zero word', 0x0000],
    ['c.addiw to x0', 0x2001],
    ['c.lui of 0', 0x6081],
    ['c.addi16sp of 0', 0x6101],
    ['c.lwsp to x0', 0x4002],
    ['c.ldsp to x0', 0x6002],
    ['c.jr x0', 0x8002],
    ['the all-one word', 0xffffffff],
    ['slliw by 32', 0x0205151b],
    ['fadd.s with rounding mode 5', 0x00c5d553],
    ['lr.w with rs2', 0x10b5252f],
    ['sfence.vma with rd', 0x120000f3],
  ])('does not match %s, which is reserved', (_, word) => {
    expect(findRow(word)).toBeUndefined();
  });

  it.each([
    ['c.nop with an immediate', 0x0005],
    ['c.addi of 0', 0x0081],
    ['c.li to x0', 0x4005],
    ['c.lui to x0', 0x6005],
    ['c.mv to x0', 0x8006],
    ['c.add to x0', 0x9006],
    ['c.slli to x0', 0x0006],
    ['c.slli by 0', 0x0082],
    ['c.srli by 0', 0x8001],
    ['pause', 0x0100000f],
    ['fence.tso', 0x8330000f],
    ['fence with reserved fm, rd and rs1', 0xf0ff8f8f],
  ])('takes %s as a hint that does nothing', (_, word) => {
    const row = findRow(word);
    if (row === undefined) throw new Error('illegal');
    const expanded = expand(row, word);
    const changesItself = ['MV', 'SLLI', 'SRLI'].includes(opOf(row, word));
    const rd = (expanded >>> 7) & 31;
    const rs1 = (expanded >>> 15) & 31;
    if (changesItself) expect(rd).toBe(rs1);
    else expect(opOf(row, word)).toBe('NOP');
  });
});

describe('expansion', () => {
  it('gives a legal 32-bit word for every compressed one, of the row it names', () => {
    const wrong: string[] = [];
    for (let word = 0; word < 0x10000; word++) {
      const row = findRow(word);
      if (row === undefined || row.length === 4) continue;
      const target = findRow(expand(row, word))?.name;
      if (target !== row.expands?.name) wrong.push(`${word.toString(16)} ${row.name} ${target}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is linear in the bits of the word, as the core takes it', () => {
    const random = randomWords(3);
    for (const row of SHORT) {
      const zero = expand(row, 0);
      const parts = Array.from({ length: 16 }, (_, bit) => expand(row, 1 << bit) ^ zero);
      for (let i = 0; i < 64; i++) {
        const word = randomInstruction(row, random);
        const sum = parts.reduce((all, part, bit) => (word & (1 << bit) ? all ^ part : all), zero);
        expect(sum >>> 0, row.name).toBe(expand(row, word));
      }
    }
  });

  it('has the tier and op of what it expands to', () => {
    for (const row of SHORT) {
      const target = rowNamed(row.expands?.name ?? '');
      expect(target).toMatchObject({ tier: row.tier, op: row.op, shape: row.shape });
    }
  });
});

describe('op ids', () => {
  const { names, firstSlow, firstShort } = numberOps();

  it('name every row', () => {
    for (const row of ROWS) {
      const id = names.indexOf(row.op);
      expect(id, row.name).toBeGreaterThan(0);
      expect(id >= firstSlow, row.name).toBe(row.tier === 'slow');
      expect(id, row.name).toBeLessThan(firstShort);
    }
  });

  it('have a two-byte form for every hot op that some 16-bit word decodes to', () => {
    const forms = names.slice(firstShort).map((name) => name.replace(/_2$/, ''));
    expect(forms.every(isHot)).toBe(true);
    expect(forms).toHaveLength(28);
  });
});

describe('extensions and fields', () => {
  it('have distinct bits, those of misa where it has them', () => {
    const bits = Object.values(EXTENSION_BITS);
    expect(new Set(bits).size).toBe(bits.length);
    for (const [name, bit] of Object.entries(EXTENSION_BITS)) {
      if (name.length === 1) expect(bit).toBe(name.charCodeAt(0) - 'A'.charCodeAt(0));
      else expect(bit).toBeGreaterThan(31);
    }
  });

  it('cover the bits of their values once', () => {
    for (const [name, field] of Object.entries(FIELDS)) {
      const bits = field.slices.reduce((sum, [, width]) => sum + width, 0);
      const lowest = Math.min(...field.slices.map(([, , from]) => from));
      expect(bits, name).toBe(fieldWidth(field) - lowest);
    }
  });
});
