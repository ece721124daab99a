import { beforeAll, describe, expect, it } from 'vitest';
import { newCore } from '../../test/core/machine.js';
import { RAM_BASE } from './abi.js';
import { physicalAddress, readInstruction } from './address-space.js';
import { GuestMemory } from './guest-memory.js';

const SIZE = 4 << 20;
const ROOT = RAM_BASE + 0x10_0000n;
const MIDDLE = ROOT + 0x1000n;
const LOW = ROOT + 0x2000n;
const CODE = RAM_BASE + 0x20_0000n;
const satp = (mode: bigint, table = ROOT) => (mode << 60n) | (table >> 12n);
const SV39 = 8n;
/** Entries of page tables (Privileged 12.3.1): V, and with R, W, X a leaf. */
const table = (at: bigint) => ((at >> 12n) << 10n) | 1n;
const leaf = (at: bigint) => ((at >> 12n) << 10n) | 0xfn;
const NAPOT = 1n << 63n;

let ram: GuestMemory;

beforeAll(async () => {
  const core = await newCore();
  ram = new GuestMemory(core, core.createVm(SIZE, 1, 0n, 0), SIZE);
  const put = (at: bigint, entries: Readonly<Record<number, bigint>>) => {
    for (const [index, entry] of Object.entries(entries)) {
      ram.writeU64(at + 8n * BigInt(index), BigInt.asUintN(64, entry));
    }
  };
  // A table that points to itself, one outside of RAM, a leaf of 1 GiB.
  put(ROOT, { 0: table(MIDDLE), 1: table(ROOT), 2: table(0x10_0000_0000n), 3: leaf(RAM_BASE) });
  put(MIDDLE, { 0: table(LOW), 1: leaf(RAM_BASE + 0x20_0000n), 2: 0n });
  put(LOW, { 0: leaf(CODE), 1: leaf(CODE + 0x3000n) });
  // Sixteen equal entries, whose number ends in 1000 (Svnapot).
  for (let page = 16; page < 32; page++) put(LOW, { [page]: leaf(CODE + 0x8000n) | NAPOT });
  ram.write(CODE + 0xffcn, Uint8Array.of(0x01, 0x00, 0x93, 0x85));
  ram.write(CODE + 0x3000n, Uint8Array.of(0x15, 0x00));
});

describe('a virtual address', () => {
  it.each<[what: string, address: bigint, physical: bigint | undefined]>([
    ['of a page', 0x0123n, CODE + 0x123n],
    ['of another', 0x1fffn, CODE + 0x3fffn],
    ['of 64 KiB (Svnapot)', 0x1_3456n, CODE + 0x3456n],
    ['of 2 MiB', 0x20_1234n, CODE + 0x1234n],
    ['of 1 GiB', 0xc000_5678n, RAM_BASE + 0x5678n],
    ['whose entry is none', 0x40_0000n, undefined],
    ['whose tables go round', 0x4000_0000n, undefined],
    ['whose table is not in RAM', 0x8000_0000n, undefined],
  ])('%s', (_, address, physical) => {
    // The table that points to itself ends in an entry that is a table at the lowest level.
    expect(physicalAddress(ram, { privilege: 1, root: satp(SV39) }, address)).toBe(physical);
  });

  it('is physical in M-mode and without translation', () => {
    expect(physicalAddress(ram, { privilege: 3, root: satp(SV39) }, 0x123n)).toBe(0x123n);
    expect(physicalAddress(ram, { privilege: 1, root: 0n }, 0x123n)).toBe(0x123n);
  });

  it('is nowhere in a mode that is none', () => {
    expect(physicalAddress(ram, { privilege: 1, root: satp(5n) }, 0x123n)).toBeUndefined();
  });
});

describe('a virtual address of a guest of the hart', () => {
  // As above, but that the G-stage has what the VS-stage calls RAM_BASE twelve MiB further down.
  const SHIFT = 12n << 20n;
  const GUEST_ROOT = RAM_BASE + 0x30_0000n;
  const guest = (address: bigint) => address - SHIFT;
  const space = {
    privilege: 0,
    root: (SV39 << 60n) | (guest(ROOT + 0x8_0000n) >> 12n),
    guestRoot: satp(SV39, GUEST_ROOT),
  };

  beforeAll(() => {
    // Guest-physical 0x7f40_0000 is in the first table's second half: index 1, then 506.
    const middle = GUEST_ROOT + 0x4000n;
    ram.writeU64(GUEST_ROOT + 8n, table(middle));
    ram.writeU64(middle + 8n * 506n, leaf(RAM_BASE));
    ram.writeU64(middle + 8n * 507n, leaf(RAM_BASE + 0x20_0000n));
    const root = ROOT + 0x8_0000n;
    ram.writeU64(root, table(guest(root + 0x1000n)));
    ram.writeU64(root + 0x1000n, leaf(guest(RAM_BASE + 0x20_0000n)));
    ram.writeU64(root + 0x1008n, leaf(0x4000_0000n));
  });

  it('goes through both stages, as do the tables', () => {
    expect(physicalAddress(ram, space, 0x1234n)).toBe(RAM_BASE + 0x20_1234n);
    expect(readInstruction(ram, space, 0x0ffcn)).toBe(1);
  });

  it('is guest-physical without tables of its own', () => {
    const bare = { ...space, root: 0n };
    expect(physicalAddress(ram, bare, guest(CODE))).toBe(CODE);
    // The root of a G-stage has 2048 entries.
    expect(physicalAddress(ram, bare, guest(CODE) | (1n << 39n))).toBeUndefined();
  });

  it('is nowhere if either stage lacks it', () => {
    expect(physicalAddress(ram, space, 0x20_0000n)).toBeUndefined();
    expect(physicalAddress(ram, space, 0x40_0000n)).toBeUndefined();
  });
});

describe('an instruction', () => {
  it('is read across pages, by both translations', () => {
    expect(readInstruction(ram, { privilege: 1, root: satp(SV39) }, 0xffen)).toBe(0x0015_8593);
  });

  it('of two bytes has nothing above them', () => {
    expect(readInstruction(ram, { privilege: 1, root: satp(SV39) }, 0xffcn)).toBe(1);
  });

  it('is none where nothing is mapped, and outside of RAM', () => {
    expect(readInstruction(ram, { privilege: 1, root: satp(SV39) }, 0x40_0000n)).toBeUndefined();
    expect(readInstruction(ram, { privilege: 3, root: 0n }, 0x1000n)).toBeUndefined();
    expect(
      readInstruction(ram, { privilege: 3, root: 0n }, RAM_BASE + BigInt(SIZE)),
    ).toBeUndefined();
  });
});

it('RAM is read by words of 64 bits, in pages and across them', () => {
  ram.writeU64(CODE + 0x7ff8n, 0xfedc_ba98_7654_3210n);
  ram.write(CODE + 0x8000n, Uint8Array.of(0xaa));
  expect(ram.readU64(CODE + 0x7ff8n)).toBe(0xfedc_ba98_7654_3210n);
  expect(ram.readU64(CODE + 0x7ff9n)).toBe(0xaafe_dcba_9876_5432n);
  expect(ram.readU64(RAM_BASE + BigInt(SIZE) - 8n)).toBe(0n);
  for (const address of [0n, RAM_BASE - 8n, RAM_BASE + BigInt(SIZE) - 4n, 1n << 63n]) {
    expect(() => ram.readU64(address)).toThrow(/outside of the guest's RAM/);
  }
});
