import type { Row } from '../../../isa/row.js';
import { expand, findRow, ROWS } from '../../../isa/table.js';
import { encode } from '../code.js';
import { illegalWord } from '../operands/illegal.js';
import { has, randomWord, register, withField } from '../operands/record.js';
import type { Random } from '../random.js';

/**
 * A few instructions that stay together: a handler that goes on behind a trapped word, and a branch
 * to the group's beginning, find it whole. All groups are whole words.
 */
export interface Group {
  readonly words: readonly number[];
  /** A word that depends on the distance, in bytes, to the group `reach` groups further on. */
  readonly branch?: { readonly at: number; readonly reach: number; word(distance: number): number };
}

/** Who uses which register; x1 has the return address, x29 counts loops, x30 and x31 are scratch. */
export const REGISTERS = {
  /** Addresses of data; never written by random code. */
  data: [2, 5, 6, 7, 8, 9],
  /** Those of data that AMOs may use. */
  atomic: [16, 17],
  /** Addresses of landing pages, likewise. */
  landing: [21, 22],
  free: [3, 4, 10, 11, 12, 13, 14, 15, 18, 19, 20, 23, 24, 25, 26, 27, 28],
} as const;
const ADDRESSES: readonly number[] = [...REGISTERS.data, ...REGISTERS.atomic];
const READABLE = Array.from({ length: 30 }, (_, n) => n);
export const NOP = encode('addi');

const usable = (row: Row) => !row.extensions.includes('H');
const rowsOf = (test: (row: Row) => boolean) => ROWS.filter((row) => usable(row) && test(row));
const long = (row: Row) => row.length === 4;
const computes = ({ shape }: Row) =>
  shape === 'register' || shape === 'immediate' || shape === 'shift' || shape === 'upper';
const accesses = ({ shape }: Row) => shape === 'load' || shape === 'store' || shape === 'floatLoad';
const isFloat = (row: Row) =>
  row.shape === 'slow' && row.extensions.some((name) => name === 'F' || name === 'D');

const ROW = {
  compute: rowsOf((row) => long(row) && computes(row)),
  // The stack pointer holds an address of data.
  shortCompute: rowsOf((row) => !long(row) && computes(row) && row.name !== 'c.addi16sp'),
  access: rowsOf((row) => long(row) && accesses(row)),
  shortAccess: rowsOf((row) => !long(row) && accesses(row)),
  float: rowsOf((row) => long(row) && isFloat(row)),
  modify: rowsOf(({ name }) => name.startsWith('amo')),
  branch: rowsOf((row) => long(row) && row.shape === 'branch'),
  shortBranch: rowsOf((row) => !long(row) && row.shape === 'branch'),
};

/** A random word of the row whose registers are within their roles. */
function restricted(random: Random, row: Row): number {
  for (;;) {
    let word = randomWord(row, random);
    if (long(row)) {
      if (has(row, 'rd')) word = withField(word, 'rd', random.pick(REGISTERS.free));
      for (const field of ['rs1', 'rs2'] as const) {
        if (has(row, field)) word = withField(word, field, random.pick(READABLE));
      }
      if (accesses(row)) word = withField(word, 'rs1', random.pick(ADDRESSES));
      if (row.extensions.includes('A')) {
        word = withField(word, 'rs1', random.pick(REGISTERS.atomic));
      }
      if (findRow(word) === row) return word;
      continue;
    }
    const expanded = expand(row, word);
    const target = findRow(expanded);
    if (target === undefined) continue;
    const rd = register(expanded, 'rd');
    if (has(target, 'rd') && rd !== 0 && !(REGISTERS.free as readonly number[]).includes(rd))
      continue;
    if (['rs1', 'rs2'].some((name) => readsScratch(target, expanded, name as 'rs1' | 'rs2')))
      continue;
    if (accesses(target) && !ADDRESSES.includes(register(expanded, 'rs1'))) {
      continue;
    }
    return word;
  }
}

function readsScratch(row: Row, word: number, field: 'rs1' | 'rs2'): boolean {
  return has(row, field) && register(word, field) >= 30;
}

/** Two 16-bit instructions in one word. */
function pair(first: number, second: number): number {
  return ((second << 16) | first) >>> 0;
}

export function compute(random: Random): Group {
  return { words: [restricted(random, random.pick(ROW.compute))] };
}

export function computeShort(random: Random): Group {
  const short = () => restricted(random, random.pick(ROW.shortCompute));
  if (random.oneIn(2)) return { words: [pair(short(), short())] };
  // A 32-bit instruction across a word boundary.
  const middle = restricted(random, random.pick(ROW.compute));
  return { words: [pair(short(), middle & 0xffff), pair(middle >>> 16, short())] };
}

export function float(random: Random): Group {
  return { words: [restricted(random, random.pick(ROW.float))] };
}

export function access(random: Random): Group {
  return { words: [restricted(random, random.pick(ROW.access))] };
}

export function accessShort(random: Random): Group {
  const word = restricted(random, random.pick(ROW.shortAccess));
  return { words: [pair(word, restricted(random, random.pick(ROW.shortCompute)))] };
}

export function modify(random: Random): Group {
  return { words: [restricted(random, random.pick(ROW.modify))] };
}

/** LR, then SC on the same bytes unless LR trapped: a lone SC may succeed, fail or trap as it likes. */
export function reserve(random: Random): Group {
  const width = random.pick(['w', 'd'] as const);
  const rs1 = random.pick(ADDRESSES);
  const [load, store] = [random.pick(REGISTERS.free), random.pick(REGISTERS.free)];
  return {
    words: [
      encode('addi', { rd: 31 }),
      encode(`lr.${width}`, { rd: load, rs1 }),
      encode('bne', { rs1: 31, rs2: 0, immB: 8 }),
      encode(`sc.${width}`, { rd: store, rs1, rs2: random.pick(READABLE) }),
    ],
  };
}

export function branch(random: Random): Group {
  const reach = random.between(1, 6);
  if (random.oneIn(3)) {
    const word = restricted(random, random.pick(ROW.shortBranch));
    const after = restricted(random, random.pick(ROW.shortCompute));
    return {
      words: [0],
      branch: {
        at: 0,
        reach,
        word: (distance) => pair(withField(word, 'c.branch', distance), after),
      },
    };
  }
  if (random.oneIn(6)) {
    const rd = random.pick([0, ...REGISTERS.free]);
    return { words: [0], branch: { at: 0, reach, word: (immJ) => encode('jal', { rd, immJ }) } };
  }
  const word = restricted(random, random.pick(ROW.branch));
  return {
    words: [0],
    branch: { at: 0, reach, word: (distance) => withField(word, 'immB', distance) },
  };
}

/** A bounded loop. */
export function loop(random: Random): Group {
  const body = Array.from({ length: random.between(1, 5) }, () =>
    random.pick([compute, computeShort, access, float])(random),
  ).flatMap(({ words }) => words);
  return {
    words: [
      encode('addi', { rd: 29, immI: random.between(1, 12) }),
      ...body,
      encode('addi', { rd: 29, rs1: 29, immI: -1 }),
      encode('bne', { rs1: 29, rs2: 0, immB: -4 * (body.length + 1) }),
    ],
  };
}

/** A call of a landing page, which returns at once, or cannot be fetched. */
export function call(random: Random): Group {
  const immI = random.between(-512, 511) * 2 + random.below(2);
  return { words: [encode('jalr', { rd: 1, rs1: random.pick(REGISTERS.landing), immI })] };
}

export function illegal(random: Random): Group {
  const word = illegalWord(random);
  return { words: [(word & 3) === 3 ? word : pair(word, encode('c.nop'))] };
}

/** Instructions that trap, fence, or do either by privilege. */
export function environment(random: Random, waits: boolean): Group {
  const names = ['ecall', 'ebreak', 'fence.i', 'fence', 'sfence.vma', 'sfence.vma'];
  if (waits) names.push('wfi');
  const name = random.pick(names);
  if (name !== 'sfence.vma') return { words: [encode(name)] };
  const all = [...ADDRESSES, 0, 0];
  return { words: [encode(name, { rs1: random.pick(all), rs2: random.oneIn(2) ? 0 : 29 })] };
}

/** `rd` = value, in as many words as it takes. */
export function constant(rd: number, value: bigint): number[] {
  const low = BigInt.asIntN(12, value);
  const rest = BigInt.asIntN(64, value - low);
  if (rest === 0n) return [encode('addi', { rd, immI: Number(low) })];
  if (BigInt.asIntN(32, rest) === rest && BigInt.asIntN(32, value) === BigInt.asIntN(64, value)) {
    const lui = encode('lui', { rd, immU: Number(BigInt.asUintN(32, rest) >> 12n) });
    return low === 0n ? [lui] : [lui, encode('addiw', { rd, rs1: rd, immI: Number(low) })];
  }
  const upper = constant(rd, BigInt.asIntN(64, rest) >> 12n);
  const shift = encode('slli', { rd, rs1: rd, shamt6: 12 });
  return [
    ...upper,
    shift,
    ...(low === 0n ? [] : [encode('addi', { rd, rs1: rd, immI: Number(low) })]),
  ];
}
