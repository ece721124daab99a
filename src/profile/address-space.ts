import type { GuestMemory } from '../core/guest-memory.js';

/** Privilege levels, as the core numbers them (Privileged 1.2). */
export const MACHINE_LEVEL = 3;

/** Levels of page tables by `satp.MODE` (Privileged 12.1.11). */
const LEVELS: Readonly<Record<string, number>> = { 8: 3, 9: 4, 10: 5 };
const PPN_MASK = (1n << 44n) - 1n;
const VALID = 1n;
/** A table entry with none of R, W and X points to the next table (Privileged 12.3.1). */
const LEAF = 0b1110n;
/** Svnapot: the lowest bits of the number are the page's place in its 64 KiB (Unprivileged, "Svnapot"). */
const NAPOT = 1n << 63n;
const NAPOT_PAGES = 16n;

/**
 * Guest-physical address of `address` in the address space of `satp`, for instructions and data that
 * are known to be accessible: permissions are not asked. Undefined if it is not mapped.
 */
export function physicalAddress(
  ram: GuestMemory,
  satp: bigint,
  privilege: number,
  address: bigint,
): bigint | undefined {
  const mode = satp >> 60n;
  if (privilege === MACHINE_LEVEL || mode === 0n) return address;
  const levels = LEVELS[mode.toString()];
  if (levels === undefined) return undefined;
  let table = (satp & PPN_MASK) << 12n;
  for (let level = levels - 1; level >= 0; level--) {
    const shift = 12n + 9n * BigInt(level);
    const at = table + (((address >> shift) & 511n) << 3n);
    if (!ram.contains(at, 8)) return undefined;
    const entry = ram.readU64(at);
    if ((entry & VALID) === 0n) return undefined;
    let page = (entry >> 10n) & PPN_MASK;
    if ((entry & LEAF) === 0n) {
      table = page << 12n;
      continue;
    }
    if (level === 0 && entry & NAPOT) {
      page = (page & ~(NAPOT_PAGES - 1n)) | ((address >> 12n) & (NAPOT_PAGES - 1n));
    }
    const offset = (1n << shift) - 1n;
    return ((page << 12n) & ~offset) | (address & offset);
  }
  return undefined;
}

/** Bytes at a virtual address within one page; undefined if they are not in RAM. */
export function readVirtual(
  ram: GuestMemory,
  satp: bigint,
  privilege: number,
  address: bigint,
  length: number,
): Uint8Array | undefined {
  const at = physicalAddress(ram, satp, privilege, address);
  return at !== undefined && ram.contains(at, length) ? ram.read(at, length) : undefined;
}

/** The instruction at `pc`: 32 bits, or 16 with the upper half zero; undefined if it cannot be read. */
export function readInstruction(
  ram: GuestMemory,
  satp: bigint,
  privilege: number,
  pc: bigint,
): number | undefined {
  const straddles = (pc & 0xfffn) === 0xffen;
  const low = readVirtual(ram, satp, privilege, pc, straddles ? 2 : 4);
  if (low === undefined) return undefined;
  const first = (low[0] ?? 0) | ((low[1] ?? 0) << 8);
  if ((first & 3) !== 3) return first;
  const high = straddles ? readVirtual(ram, satp, privilege, pc + 2n, 2) : low.subarray(2);
  if (high === undefined) return undefined;
  return (first | ((high[0] ?? 0) << 16) | ((high[1] ?? 0) << 24)) >>> 0;
}
