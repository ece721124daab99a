import { PAGE_SIZE, RAM_BASE } from '../../core/abi.js';
import type { GuestMemory } from '../../core/guest-memory.js';

/**
 * Linux packs the names of its symbols by byte pairs: each of 256 codes stands for a token, and the table
 * of tokens is followed by an index of where each begins (Linux, scripts/kallsyms.c). Both are in the
 * kernel's read-only data.
 */
export interface TokenTable {
  /** Guest-physical address of the table, and behind its index. */
  readonly start: bigint;
  readonly end: bigint;
  readonly tokens: readonly string[];
}

/** A kernel stands at the bottom of RAM: no further up is looked for it. */
const SEARCHED = 256 << 20;
const PIECE = 256 * PAGE_SIZE;
/** Digits occur in names, so they are tokens of their own: ten strings of one character. */
const DIGITS = Uint8Array.from('0123456789', (digit) => digit.charCodeAt(0));
const ZERO = 0x30;
const CODES = 256;
const INDEX_SIZE = 2 * CODES;
/** No table is longer: tokens have a few letters each. */
const LONGEST_TABLE = 8192;

/** The token tables in a guest's RAM, lowest first. */
export function* findTokenTables(ram: GuestMemory): Generator<TokenTable> {
  const size = Math.min(ram.size, SEARCHED);
  for (let offset = 0; offset < size; offset += PIECE) {
    // A pattern may reach into the next piece.
    const length = Math.min(PIECE + 2 * DIGITS.length, size - offset);
    const bytes = ram.read(RAM_BASE + BigInt(offset), length);
    for (let at = bytes.indexOf(ZERO); at >= 0 && at < PIECE; at = bytes.indexOf(ZERO, at + 1)) {
      if (!DIGITS.every((digit, i) => bytes[at + 2 * i] === digit && bytes[at + 2 * i + 1] === 0)) {
        continue;
      }
      const table = readTokenTable(ram, RAM_BASE + BigInt(offset + at));
      if (table !== undefined) yield table;
    }
  }
}

/** The table whose token for '0' stands at `zero`; undefined if it is none. */
function readTokenTable(ram: GuestMemory, zero: bigint): TokenTable | undefined {
  const ahead = Number(zero - RAM_BASE);
  const length = Math.min(LONGEST_TABLE, ram.size - ahead);
  const bytes = ram.read(zero, length);
  let end = 0;
  for (let code = ZERO; code < CODES; code++) {
    end = bytes.indexOf(0, end) + 1;
    if (end === 0) return undefined;
  }
  const indexAt = align8(zero + BigInt(end));
  if (!ram.contains(indexAt, INDEX_SIZE)) return undefined;
  const index = new Uint16Array(ram.read(indexAt, INDEX_SIZE).buffer);
  const before = index[ZERO] ?? 0;
  if (before > LONGEST_TABLE || before > ahead) return undefined;
  const start = zero - BigInt(before);
  const all = ram.read(start, before + end);
  const tokens: string[] = [];
  for (let code = 0, at = 0; code < CODES; code++) {
    if (index[code] !== at) return undefined;
    const next = all.indexOf(0, at);
    if (next < 0) return undefined;
    tokens.push(String.fromCharCode(...all.subarray(at, next)));
    at = next + 1;
  }
  return { start, end: indexAt + BigInt(INDEX_SIZE), tokens };
}

/** The tables begin at multiples of 8. */
export const align8 = (address: bigint): bigint => (address + 7n) & ~7n;
