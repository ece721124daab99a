import type { GuestMemory } from '../../src/core/guest-memory.js';
import { A, D, R, V, W, X } from '../pte-bits.js';

export * from '../pte-bits.js';

export const pbmt = (type: number): bigint => BigInt(type) << 61n;
/** A page that everything may be done to, below U. */
export const ALL = V | R | W | X | A | D;

export const SV39 = 8;
export const SV48 = 9;
export const SV57 = 10;

/** Page tables in a guest's RAM, written by the host. */
export class PageTables {
  readonly #ram: GuestMemory;
  readonly #mode: number;
  readonly root: bigint;
  #free: bigint;

  /** Tables take pages from `base` on; the root is the first, or with hgatp the first four. */
  constructor(ram: GuestMemory, base: bigint, mode = SV39, rootPages = 1n) {
    this.#ram = ram;
    this.#mode = mode;
    this.root = base;
    this.#free = base + rootPages * 0x1000n;
  }

  satp(asid = 0): bigint {
    return (BigInt(this.#mode) << 60n) | (BigInt(asid) << 44n) | (this.root >> 12n);
  }

  /** Maps a page of `level` (0: 4 KiB, 1: 2 MiB, …); the address of its PTE. */
  map(va: bigint, pa: bigint, flags: bigint, level = 0): bigint {
    let table = this.root;
    for (let at = this.#mode - 6; at > level; at--) {
      const pointer = this.#slot(table, va, at);
      const pte = this.#ram.readU64(pointer);
      if ((pte & V) !== 0n) {
        table = (pte >> 10n) << 12n;
        continue;
      }
      table = this.#free;
      this.#free += 0x1000n;
      this.#ram.writeU64(pointer, ((table >> 12n) << 10n) | V);
    }
    const slot = this.#slot(table, va, level);
    this.#ram.writeU64(slot, leaf(pa, flags));
    return slot;
  }

  #slot(table: bigint, va: bigint, level: number): bigint {
    return table + ((BigInt.asUintN(64, va) >> BigInt(12 + 9 * level)) & 511n) * 8n;
  }
}

/** A leaf PTE. */
export const leaf = (pa: bigint, flags: bigint): bigint => ((pa >> 12n) << 10n) | flags;
