/** Two virtual machines of two address spaces each, whose mappings are remembered as they change. */
import { ALL, G, leaf, PageTables, U } from '../page-tables.js';
import type { Mode, Rig } from './rig.js';

export const VMIDS = [1, 2] as const;
export const ASIDS = [1, 2] as const;
export const GUEST: Mode = { privilege: 1, virtual: true };
export const MEGA = 0x20_0000n;
/** Where guests have the program. */
export const CODE = 0xc000_0000n;

/** Pages of an address space: some of 4 KiB, one of them global, and a superpage. */
const PAGE = 0x4000_0000n;
const SUPERPAGE = 0x5020_0000n;

/** A mapping: the entry's place, and all that it may have been since a fence named it. */
export class Mapping {
  readonly #rig: Rig;
  readonly slot: bigint;
  readonly flags: bigint;
  /** The last is what the entry says now. */
  history: bigint[];

  constructor(rig: Rig, slot: bigint, flags: bigint, target: bigint) {
    this.#rig = rig;
    this.slot = slot;
    this.flags = flags;
    this.history = [target];
  }

  change(target: bigint): void {
    this.#rig.machine.ram.writeU64(this.slot, leaf(target, this.flags));
    this.history.push(target);
  }

  fence(): void {
    this.history = this.history.slice(-1);
  }
}

/** A page that accesses are made to: its mapping in the first stage. */
export interface GuestPage {
  readonly va: bigint;
  readonly size: bigint;
  readonly global: boolean;
  readonly mappings: readonly Mapping[];
}

export interface Space {
  readonly vsatp: bigint;
  readonly pages: readonly GuestPage[];
}

export interface VirtualMachine {
  readonly vmid: number;
  readonly hgatp: bigint;
  /** By guest-physical address. */
  readonly second: ReadonlyMap<bigint, Mapping>;
  readonly spaces: readonly Space[];
}

/** Guest-physical pages, and what they may be: frames, each with a number of its own in it. */
export const SMALL = [0n, 1n, 2n, 3n].map((n) => 0x9000_0000n + n * 0x1000n);
export const LARGE = [0n, 1n].map((n) => 0xa000_0000n + n * MEGA);
export const FRAMES = Array.from({ length: 12 }, (_, n) => 0x8020_0000n + BigInt(n) * 0x1000n);
export const LARGE_FRAMES = [0n, 1n, 2n, 3n].map((n) => 0x8080_0000n + n * MEGA);

export function numberFrames(rig: Rig): void {
  for (const frame of FRAMES) rig.machine.ram.writeU64(frame, frame);
  for (const frame of LARGE_FRAMES) {
    for (const offset of [0n, 0x7000n]) {
      rig.machine.ram.writeU64(frame + offset, frame + offset);
    }
  }
}

/**
 * A virtual machine whose tables are in RAM. The pages of an address space are its own, its superpage, and
 * last the one that it shares.
 *
 * @param distance between the pages of address spaces; 0 if all have theirs at the same addresses
 */
export function buildMachine(rig: Rig, vmid: number, distance = 0n): VirtualMachine {
  const { ram } = rig.machine;
  const base = 0x8010_0000n + BigInt(vmid - 1) * 0x4_0000n;
  const tables = new PageTables(ram, base, undefined, 4n);
  const second = new Map<bigint, Mapping>();
  // The guest's own tables and the program are where they are.
  for (let page = base + 0x2_0000n; page < base + 0x4_0000n; page += 0x1000n) {
    tables.map(page, page, ALL | U);
  }
  const program = rig.machine.at('ld') & ~0xfffn;
  tables.map(program, program, ALL | U);
  // The second stage's G bit means nothing (15.5.1).
  const flags = ALL | U | G;
  SMALL.forEach((gpa, n) => {
    const frame = FRAMES[n] ?? 0n;
    second.set(gpa, new Mapping(rig, tables.map(gpa, frame, flags), flags, frame));
  });
  LARGE.forEach((gpa, n) => {
    const frame = LARGE_FRAMES[n] ?? 0n;
    second.set(gpa, new Mapping(rig, tables.map(gpa, frame, flags, 1), flags, frame));
  });
  const bases = ASIDS.map((asid) => base + 0x2_0000n + BigInt(asid - 1) * 0x1_0000n);
  const own = bases.map((at) => new PageTables(ram, at));
  const shared = PAGE + 0x3000n + BigInt(8 * vmid) * distance;
  const global: GuestPage = {
    va: shared,
    size: 0x1000n,
    global: true,
    mappings: own.map((space) => mapped(rig, space, shared, SMALL[3] ?? 0n, ALL | G)),
  };
  const spaces = own.map((space, n): Space => {
    space.map(CODE, program, ALL);
    const away = BigInt(2 * vmid + n) * distance;
    const small = [0n, 1n, 2n].map((page): GuestPage => {
      const va = PAGE + away + page * 0x1000n;
      const mappings = [mapped(rig, space, va, SMALL[Number(page)] ?? 0n, ALL)];
      return { va, size: 0x1000n, global: false, mappings };
    });
    const superpage = mapped(rig, space, SUPERPAGE, LARGE[0] ?? 0n, ALL, 1);
    const large = { va: SUPERPAGE, size: MEGA, global: false, mappings: [superpage] };
    return { vsatp: space.satp(ASIDS[n]), pages: [...small, large, global] };
  });
  return { vmid, hgatp: tables.satp(vmid), second, spaces };
}

function mapped(
  rig: Rig,
  space: PageTables,
  va: bigint,
  gpa: bigint,
  flags: bigint,
  level = 0,
): Mapping {
  return new Mapping(rig, space.map(va, gpa, flags, level), flags, gpa);
}
