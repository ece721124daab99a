import { beforeAll, describe, expect, it } from 'vitest';
import { ALL_EXTENSIONS, extensionSet } from '../../isa/extensions.js';
import { extract, FIELDS } from '../../isa/fields.js';
import { numberOps, opOf } from '../../isa/ops.js';
import { randomWords } from '../../isa/random-operands.js';
import type { Row } from '../../isa/row.js';
import { expand, findRow, instructionLength, ROWS } from '../../isa/table.js';
import { compileAssembly } from '../../test/compile-assembly.js';

interface Exports {
  memory: WebAssembly.Memory;
  decode(raw: number, pageOffset: number, slot: number, extensions: bigint): void;
}

const SLOT = 0xfff8;
const { names, firstSlow, firstShort } = numberOps();

let core: Exports;

beforeAll(async () => {
  const module = await compileAssembly('assembly/exec/decode.ts');
  core = (await WebAssembly.instantiate(module)).exports as unknown as Exports;
});

/** A decoded slot: op name, bytes 1 to 3, immediate. */
interface Slot {
  op: string;
  bytes: number[];
  imm: number;
}

type Byte = number | undefined;

function decode(raw: number, pageOffset = 0, extensions = ALL_EXTENSIONS): Slot {
  new BigUint64Array(core.memory.buffer)[SLOT / 8] = ~0n;
  core.decode(raw, pageOffset, SLOT, extensions);
  const view = new DataView(core.memory.buffer, SLOT, 8);
  const [id = 0, ...bytes] = [0, 1, 2, 3].map((at) => view.getUint8(at));
  return { op: names[id] ?? `${id}`, bytes, imm: view.getInt32(4, true) };
}

/** The register fields that a row's operands name, and which slot byte shows them. */
function registers(row: Row, word: number, op: string): Byte[] {
  const base = op.replace(/_2$/, '');
  if (base === 'NOP') return [0, 0, 0];
  if (base === 'LI') return [extract(FIELDS.rd, word), undefined, undefined];
  if (base === 'MV') {
    const source = row.shape === 'register' ? FIELDS.rs2 : FIELDS.rs1;
    return [extract(FIELDS.rd, word), extract(source, word), undefined];
  }
  const has = (name: string) => new RegExp(`\\b[rf]?${name}\\b`).test(row.operands);
  return [
    has('d') ? extract(FIELDS.rd, word) : undefined,
    has('s1') ? extract(FIELDS.rs1, word) : undefined,
    has('s2') ? extract(FIELDS.rs2, word) : undefined,
  ];
}

/** The immediate that the slot of a hot row should hold. */
function immediate(row: Row, word: number, op: string, pageOffset: number): number {
  if (op.startsWith('NOP')) return 0;
  switch (row.shape) {
    case 'immediate':
    case 'load':
    case 'floatLoad':
    case 'jumpRegister':
      return extract(FIELDS.immI, word);
    case 'store':
      return extract(FIELDS.immS, word);
    case 'shift':
      return extract(FIELDS.shamt6, word);
    case 'upper':
      return extract(FIELDS.immU, word) << 12;
    case 'branch':
      return (pageOffset + extract(FIELDS.immB, word)) * 4;
    case 'jump':
      return (pageOffset + extract(FIELDS.immJ, word)) * 4;
    default:
      return 0;
  }
}

/** How the core's decoding of `raw` differs from what the table says, or undefined. */
function difference(raw: number, pageOffset: number): string | undefined {
  const slot = decode(raw, pageOffset);
  const wanted = expected(raw, pageOffset);
  const bytes = wanted.bytes.map((byte, at) => byte ?? slot.bytes[at]);
  const same = slot.op === wanted.op && slot.imm === wanted.imm && `${slot.bytes}` === `${bytes}`;
  if (same) return undefined;
  return `0x${raw.toString(16)}: ${slot.op} ${slot.bytes} ${slot.imm}, not ${wanted.op} ${bytes} ${wanted.imm}`;
}

/** The slot that the table implies; bytes that do not matter are undefined. */
function expected(raw: number, pageOffset: number): Omit<Slot, 'bytes'> & { bytes: Byte[] } {
  const length = instructionLength(raw);
  const row = findRow(raw);
  if (row === undefined) {
    return { op: 'ILLEGAL', bytes: [undefined, undefined, length], imm: raw | 0 };
  }
  const word = expand(row, raw);
  const target = findRow(word);
  if (target === undefined) throw new Error(`${row.name} expands to an illegal word`);
  const op = opOf(row, raw);
  if (names.indexOf(op) >= firstSlow) {
    const places = [extract(FIELDS.rd, word) * 8, extract(FIELDS.rs1, word) * 8, length];
    return { op, bytes: places, imm: word | 0 };
  }
  return {
    op: length === 2 ? `${op}_2` : op,
    bytes: registers(target, word, op).map((register) => register && register * 8),
    imm: immediate(target, word, op, pageOffset),
  };
}

/** All differences, each word at a random place of its page. */
function differences(raws: readonly number[], random: () => number): string[] {
  return raws
    .map((raw) => difference(raw, random() & 0xffe))
    .filter((text): text is string => text !== undefined);
}

describe('decode', () => {
  it('agrees with the table on every 16-bit word', () => {
    const raws = Array.from({ length: 0x10000 }, (_, raw) => raw).filter((raw) => (raw & 3) !== 3);
    expect(raws).toHaveLength(0xc000);
    expect(differences(raws, randomWords(1))).toEqual([]);
  });

  it('agrees with the table on random operands of every 32-bit row', () => {
    const random = randomWords(0x2545f491);
    const raws = ROWS.filter((row) => row.length === 4).flatMap((row) =>
      Array.from({ length: 64 }, (_, i) => {
        // Often x0 as the destination or the second source: those are the special cases.
        const operands = random() & ([~0xf80, ~0x1ff8000, ~0xf8000, ~0][i % 4] ?? ~0);
        return ((operands & ~row.mask) | row.match) >>> 0;
      }),
    );
    expect(differences(raws, random)).toEqual([]);
  });

  it('agrees with the table on random words', () => {
    const random = randomWords(0x9e3779b9);
    const raws = Array.from({ length: 20_000 }, () => (random() | 3) >>> 0);
    expect(differences(raws, random)).toEqual([]);
  });

  it('finds every row illegal when one of its extensions is off', () => {
    for (const row of ROWS) {
      for (const extension of row.extensions) {
        const raw = row.length === 2 ? (row.match | 0x0088) >>> 0 : row.match;
        const slot = decode(raw, 0, ALL_EXTENSIONS & ~extensionSet([extension]));
        expect(slot.op, `${row.name} without ${extension}`).toBe('ILLEGAL');
        expect(slot.imm >>> 0).toBe(raw);
      }
    }
  });

  it('reports jumps to targets that are not multiples of four when C is off', () => {
    const withoutC = ALL_EXTENSIONS & ~extensionSet(['C']);
    const branch = 0x00208163; // beq x1, x2, .+2
    const near = 0x00208263; // beq x1, x2, .+4
    const jump = 0x002000ef; // jal x1, .+2
    const indirect = 0x000080e7; // jalr x1, 0(x1)
    for (const raw of [branch, jump, indirect]) {
      expect(decode(raw, 0, withoutC)).toMatchObject({ op: 'MISALIGNED_JUMP', imm: raw });
    }
    expect(decode(near, 8, withoutC)).toMatchObject({ op: 'BEQ', imm: 48 });
  });

  it('gives targets before the page as negative slot offsets', () => {
    expect(decode(0xfe000ee3, 0)).toMatchObject({ op: 'BEQZ', imm: -16 }); // beq x0, x0, .-4
  });

  it('keeps the ids in one byte, two-byte forms last', () => {
    expect(names.length).toBeLessThanOrEqual(256);
    expect(names.every((name, id) => name.endsWith('_2') === id >= firstShort)).toBe(true);
  });
});
