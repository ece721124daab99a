import { RAM_BASE } from '../../core/abi.js';
import type { GuestMemory } from '../../core/guest-memory.js';
import type { CodeSymbol } from '../../machine/elf-symbols.js';
import type { Symbols } from '../symbol-file.js';
import { align8, findTokenTables, type TokenTable } from './token-table.js';

/*
 * Linux (CONFIG_KALLSYMS_ALL or not) has the symbols of `/proc/kallsyms` in its read-only data. Since 6.4:
 *
 *   count │ names │ markers │ tokens │ token index │ offsets │ base
 *
 * and before it
 *
 *   offsets │ base │ count │ names │ markers │ tokens │ token index
 *
 * each at a multiple of 8. A name is its length, then codes of tokens; the first letter is its type. A
 * marker says where each 256th name begins; an offset is an address less the base.
 */

const BLOCK = 256;
const MOST_SYMBOLS = 1 << 20;
/** Bytes of a packed name, at the most: a length of two bytes, and a code for each letter. */
const LONGEST_NAME = 2 + 512;
const MOST_NAMES = 16 << 20;
/** A guest may have filled its RAM with what looks like tables: so many are looked at closely. */
const MOST_TABLES = 8;
const MOST_STARTS = 8;
/** Kernel addresses are in the upper half (Linux, Documentation/arch/riscv/vm-layout). */
const UPPER_HALF = 1n << 63n;
const CODE = /^[tTwW]$/;

/** The symbols that a running Linux has of itself; undefined if there is none, or none that is known. */
export function readKallsyms(ram: GuestMemory): Symbols | undefined {
  let tables = 0;
  for (const table of findTokenTables(ram)) {
    if (++tables > MOST_TABLES) return undefined;
    const names = findNames(ram, table);
    const addresses = names && findAddresses(ram, table, names);
    if (names === undefined || addresses === undefined) continue;
    return symbolsOf(names, addresses, table);
  }
  return undefined;
}

interface Names {
  /** Guest-physical address of the count. */
  readonly at: bigint;
  readonly packed: readonly Uint8Array[];
}

/** The packed names in front of a token table. */
function findNames(ram: GuestMemory, table: TokenTable): Names | undefined {
  const markers = findMarkers(ram, table.start);
  const last = markers?.offsets.at(-1);
  if (markers === undefined || last === undefined || last > MOST_NAMES) return undefined;
  // The names begin where the last block, of at most so many bytes, ends at the markers.
  const nearest = markers.at - BigInt(last);
  const blocks = markers.offsets.length;
  let starts = 0;
  for (let back = 0; back <= BLOCK * LONGEST_NAME && starts < MOST_STARTS; back += 8) {
    const start = (nearest & ~7n) - BigInt(back);
    if (!ram.contains(start - 8n, 8)) return undefined;
    const count = ram.readU64(start - 8n);
    if (count <= BigInt((blocks - 1) * BLOCK) || count > BigInt(blocks * BLOCK)) continue;
    starts++;
    const bytes = ram.read(start, Number(markers.at - start));
    const packed = unpackNames(bytes, Number(count), markers.offsets);
    if (packed !== undefined) return { at: start - 8n, packed };
  }
  return undefined;
}

/** Where each 256th name begins, in front of the tokens; the first at 0. */
function findMarkers(
  ram: GuestMemory,
  end: bigint,
): { readonly at: bigint; readonly offsets: readonly number[] } | undefined {
  const most = Math.min((MOST_SYMBOLS / BLOCK) * 4 + 8, Number(end - RAM_BASE) & ~7);
  const start = end - BigInt(most);
  const words = new Uint32Array(ram.read(start, most).buffer);
  // One word may be padding.
  let at = words.length - 1;
  if (words[at] === 0) at--;
  const offsets: number[] = [];
  for (; at >= 0; at--) {
    const offset = words[at] ?? 0;
    if (offsets.length > 0 && offset >= (offsets.at(-1) ?? 0)) return undefined;
    offsets.push(offset);
    if (offset === 0) return { at: start + BigInt(at * 4), offsets: offsets.reverse() };
  }
  return undefined;
}

/** `count` names, if they stand where the markers say and fill the space. */
function unpackNames(
  bytes: Uint8Array,
  count: number,
  markers: readonly number[],
): Uint8Array[] | undefined {
  const packed: Uint8Array[] = [];
  let at = 0;
  for (let name = 0; name < count; name++) {
    if (name % BLOCK === 0 && markers[name / BLOCK] !== at) return undefined;
    let length = bytes[at++] ?? 0;
    // Longer names have a second byte of their length, above seven bits of the first.
    if (length & 0x80) length = (length & 0x7f) | ((bytes[at++] ?? 0) << 7);
    if (length === 0 || length > LONGEST_NAME || at + length > bytes.length) return undefined;
    packed.push(bytes.subarray(at, at + length));
    at += length;
  }
  return bytes.length - at < 8 ? packed : undefined;
}

/** The symbols' addresses, behind the tokens or in front of the names. */
function findAddresses(ram: GuestMemory, table: TokenTable, names: Names): bigint[] | undefined {
  const size = BigInt(names.packed.length * 4);
  const behind = align8(table.end);
  return (
    readAddresses(ram, behind, align8(behind + size), names.packed.length) ??
    readAddresses(ram, names.at - 8n - align8(size), names.at - 8n, names.packed.length)
  );
}

function readAddresses(
  ram: GuestMemory,
  offsetsAt: bigint,
  baseAt: bigint,
  count: number,
): bigint[] | undefined {
  if (!ram.contains(offsetsAt, count * 4) || !ram.contains(baseAt, 8)) return undefined;
  const base = ram.readU64(baseAt);
  if (base < UPPER_HALF) return undefined;
  const offsets = new Uint32Array(ram.read(offsetsAt, count * 4).buffer);
  // They are sorted, which nothing else in their place would be.
  if (offsets.some((offset, i) => i > 0 && offset < (offsets[i - 1] ?? 0))) return undefined;
  return Array.from(offsets, (offset) => base + BigInt(offset));
}

function symbolsOf(names: Names, addresses: readonly bigint[], table: TokenTable): Symbols {
  const functions: CodeSymbol[] = [];
  const places = new Map<string, bigint>();
  for (const [i, packed] of names.packed.entries()) {
    let text = '';
    for (const code of packed) text += table.tokens[code] ?? '';
    const [type = '', name] = [text[0], text.slice(1)];
    const address = addresses[i] ?? 0n;
    places.set(name, address);
    if (CODE.test(type)) functions.push({ name, address, size: 0n });
  }
  return { functions, addresses: places };
}
