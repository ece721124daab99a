import type { FieldName } from '../../../isa/fields.js';
import { encode } from '../code.js';
import type { Random } from '../random.js';
import type { Access } from './operation.js';
import { data, dataByte } from './values.js';

/** An access to memory: the instructions, and what they find in x11 and x12. */
export interface MemoryAccess {
  readonly words: readonly number[];
  readonly kind: Access['kind'];
  /** What is accessed; x11 differs by the immediate. */
  readonly address: bigint;
  readonly base: bigint;
  readonly value: bigint;
}

/** The page to go to, and whether an access may end in the next. */
export interface Site {
  readonly address: bigint;
  readonly crossing: boolean;
}

/** Width in bytes by the letter of a mnemonic. */
const WIDTH: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, d: 8 };
const LOADS = ['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld', 'fld'];
const STORES = ['sb', 'sh', 'sw', 'sd', 'fsd'];
/** Compressed forms, with their registers x10 to x12 and the immediate's field. */
const SHORT: Readonly<Record<string, readonly [FieldName, Partial<Record<FieldName, number>>]>> = {
  'c.lw': ['c.word', { 'c.low': 10, 'c.high': 11 }],
  'c.ld': ['c.dword', { 'c.low': 10, 'c.high': 11 }],
  'c.fld': ['c.dword', { 'c.flow': 10, 'c.high': 11 }],
  'c.lwsp': ['c.lwsp', { 'c.rd': 10 }],
  'c.ldsp': ['c.ldsp', { 'c.rd': 10 }],
  'c.fldsp': ['c.ldsp', { 'c.fd': 10 }],
  'c.sw': ['c.word', { 'c.low': 12, 'c.high': 11 }],
  'c.sd': ['c.dword', { 'c.low': 12, 'c.high': 11 }],
  'c.fsd': ['c.dword', { 'c.flow': 10, 'c.high': 11 }],
  'c.swsp': ['c.swsp', { 'c.rs2': 12 }],
  'c.sdsp': ['c.sdsp', { 'c.rs2': 12 }],
  'c.fsdsp': ['c.sdsp', { 'c.fs2': 10 }],
};
const MODIFYING = ['amoswap', 'amoand', 'amoor', 'amomin', 'amomax', 'amominu', 'amomaxu'];
export const GUEST_LOADS = ['hlv.b', 'hlv.bu', 'hlv.h', 'hlv.hu', 'hlv.w', 'hlv.wu', 'hlv.d'];
export const EXECUTING_LOADS = ['hlvx.hu', 'hlvx.wu'];
export const GUEST_STORES = ['hsv.b', 'hsv.h', 'hsv.w', 'hsv.d'];

const bytesOf = (name: string) => WIDTH[name.replace('u', '').at(-1) ?? ''] ?? 8;

/** Where in a page an access of so many bytes goes: aligned mostly, now and then into the next page. */
function offset(random: Random, bytes: number, kind: Access['kind'], crossing: boolean): bigint {
  if (crossing && random.oneIn(24) && bytes > 2) return BigInt(4096 - (bytes >> 1));
  const aligned = random.below(4096) & -bytes;
  if (!random.oneIn(8) || bytes === 1) return BigInt(aligned);
  // Stores keep half-words whole; see values.ts.
  const off = kind === 'load' ? random.between(1, bytes - 1) : 2 * random.below(bytes >> 1);
  return BigInt(Math.min(aligned + off, 4096 - bytes));
}

function operands(random: Random, site: Site, bytes: number, kind: Access['kind']) {
  const address = BigInt.asUintN(
    64,
    (site.address & -4096n) + offset(random, bytes, kind, site.crossing),
  );
  const value = bytes === 1 ? dataByte(random, address) : data(random);
  return { kind, address, base: address, value };
}

/** Registers that hold the address, and the value; the result goes to x10, or nowhere that is looked at. */
const base = (random: Random) => random.pick([11, 11, 8, 2]);
const source = (random: Random) => random.pick([12, 12, 9]);
const destination = (random: Random) => random.pick([10, 10, 10, 10, 0, 13, 14, 15]);

/** A load or store of any form. */
export function plainAccess(random: Random, site: Site, store: boolean): MemoryAccess {
  if (random.oneIn(3)) return shortAccess(random, site, store);
  const name = random.pick(store ? STORES : LOADS);
  const access = operands(random, site, bytesOf(name), store ? 'store' : 'load');
  const immediate = random.oneIn(2) ? 0 : random.between(-2048, 2047);
  const fields: Partial<Record<FieldName, number>> = { rs1: base(random) };
  fields[store ? 'immS' : 'immI'] = immediate;
  if (name.startsWith('f')) fields[store ? 'fs2' : 'fd'] = 10;
  else if (store) fields.rs2 = source(random);
  else fields.rd = destination(random);
  return { ...access, words: [encode(name, fields)], base: access.address - BigInt(immediate) };
}

function shortAccess(random: Random, site: Site, store: boolean): MemoryAccess {
  const names = Object.keys(SHORT).filter((name) => /^c\.f?s/.test(name) === store);
  const name = random.pick(names);
  const [field, registers] = SHORT[name] ?? [];
  if (field === undefined) throw new Error(`${name} has no field`);
  const bytes = /w(sp)?$/.test(name) ? 4 : 8;
  const access = operands(random, site, bytes, store ? 'store' : 'load');
  const immediate = bytes * random.below(16);
  const word = encode(name, { ...registers, [field]: immediate });
  return { ...access, words: [word], base: access.address - BigInt(immediate) };
}

/** An AMO. */
export function modifyingAccess(random: Random, site: Site): MemoryAccess {
  const bytes = random.pick([4, 8]);
  const access = operands(random, site, bytes, 'store');
  const name = `${random.pick(MODIFYING)}.${bytes === 4 ? 'w' : 'd'}`;
  const fields = { rd: destination(random), rs1: base(random), rs2: source(random) };
  const word = encode(name, fields);
  return { ...access, words: [(word | (random.below(4) << 25)) >>> 0] };
}

/** LR, with SC behind it or not. */
export function reservingAccess(random: Random, site: Site, both: boolean): MemoryAccess {
  const bytes = random.pick([4, 8]);
  const suffix = bytes === 4 ? 'w' : 'd';
  const access = operands(random, site, bytes, 'load');
  const load = encode(`lr.${suffix}`, { rd: 10, rs1: 11 });
  const store = encode(`sc.${suffix}`, { rd: 12, rs1: 11, rs2: 12 });
  return { ...access, value: data(random), words: both ? [load, store] : [load] };
}

/** A jump: nothing there is an instruction that goes on. */
export function jump(random: Random, site: Site): MemoryAccess {
  const access = operands(random, site, random.pick([2, 4]), 'fetch');
  return { ...access, words: [encode('jalr', { rs1: 11, immI: 0 })] };
}

/** One of some HLV, HLVX or HSV. */
export function guestAccess(random: Random, site: Site, names: readonly string[]): MemoryAccess {
  const name = random.pick(names);
  const store = name.startsWith('hsv');
  const bytes = WIDTH[name.split('.')[1]?.[0] ?? ''] ?? 8;
  const access = operands(random, site, bytes, store ? 'store' : 'load');
  const rs1 = base(random);
  const fields = store ? { rs1, rs2: source(random) } : { rs1, rd: destination(random) };
  const word = encode(name, fields);
  return { ...access, words: [word] };
}
