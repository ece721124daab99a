import { instructionLength } from '../../isa/table.js';
import type { GuestMemory } from './guest-memory.js';

/**
 * What translates the addresses of a hart, read from its registers: this walks tables in RAM without the
 * core, which may be what is looked into. Permissions are not asked.
 */
export interface AddressSpace {
  /** As the core numbers privileges (Privileged 1.2). */
  readonly privilege: number;
  /** satp, or vsatp of a guest of the hart. */
  readonly root: bigint;
  /** hgatp of a guest of the hart, which goes through it as well (Privileged 15.5). */
  readonly guestRoot?: bigint;
}

const MACHINE_LEVEL = 3;

/** Levels of page tables by MODE (Privileged 12.1.11, 15.2.10). */
const LEVELS: Readonly<Record<string, number>> = { 8: 3, 9: 4, 10: 5 };
const PPN_MASK = (1n << 44n) - 1n;
/** Indices of a table, and of the root of a G-stage, which is four times as large (Privileged 15.5.1). */
const INDICES = 511n;
const GUEST_ROOT_INDICES = 2047n;
const VALID = 1n;
/** A table entry with none of R, W and X points to the next table (Privileged 12.3.1). */
const LEAF = 0b1110n;
/** Svnapot: the lowest bits of the number are the page's place in its 64 KiB (Unprivileged, "Svnapot"). */
const NAPOT = 1n << 63n;
const NAPOT_PAGES = 16n;

/** Where in RAM, or among devices, `address` is; undefined if it is not mapped. */
export function physicalAddress(
  ram: GuestMemory,
  { privilege, root, guestRoot = 0n }: AddressSpace,
  address: bigint,
): bigint | undefined {
  if (privilege === MACHINE_LEVEL) return address;
  const byGuest = (at: bigint) => walk(ram, guestRoot, at, GUEST_ROOT_INDICES, (place) => place);
  const found = walk(ram, root, address, INDICES, byGuest);
  return found === undefined ? undefined : byGuest(found);
}

/** @param locate where an entry of the tables is in RAM */
function walk(
  ram: GuestMemory,
  root: bigint,
  address: bigint,
  rootIndices: bigint,
  locate: (place: bigint) => bigint | undefined,
): bigint | undefined {
  const mode = root >> 60n;
  if (mode === 0n) return address;
  const levels = LEVELS[mode.toString()] ?? 0;
  let table = (root & PPN_MASK) << 12n;
  for (let level = levels - 1; level >= 0; level--) {
    const shift = 12n + 9n * BigInt(level);
    const index = (address >> shift) & (level === levels - 1 ? rootIndices : INDICES);
    const at = locate(table + (index << 3n));
    if (at === undefined || !ram.contains(at, 8)) return undefined;
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
  space: AddressSpace,
  address: bigint,
  length: number,
): Uint8Array | undefined {
  const at = physicalAddress(ram, space, address);
  return at !== undefined && ram.contains(at, length) ? ram.read(at, length) : undefined;
}

/** The instruction at `pc`: 32 bits, or 16 with the upper half zero; undefined if it cannot be read. */
export function readInstruction(
  ram: GuestMemory,
  space: AddressSpace,
  pc: bigint,
): number | undefined {
  const half = (address: bigint) => {
    const bytes = readVirtual(ram, space, address, 2);
    return bytes === undefined ? undefined : (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  };
  const low = half(pc);
  if (low === undefined || instructionLength(low) === 2) return low;
  // It may straddle two pages.
  const high = half(BigInt.asUintN(64, pc + 2n));
  return high === undefined ? undefined : (low | (high << 16)) >>> 0;
}
