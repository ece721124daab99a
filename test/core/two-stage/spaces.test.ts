import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALL, N, PageTables, U } from '../page-tables.js';
import {
  ASIDS,
  buildMachine,
  CODE,
  GUEST,
  numberFrames,
  SMALL,
  type VirtualMachine,
  VMIDS,
} from './guests.js';
import { type Fence, fenceLabel } from './program.js';
import { MACHINE_MODE, Rig } from './rig.js';

/** So many pages apart, no two of all that are used share an entry of the TLB. */
const DISTANCE = 0x1_0000n;
const UNUSED = 0x9000_8000n;

let rig: Rig;
let machines: readonly VirtualMachine[];
beforeAll(async () => {
  rig = await Rig.create();
  numberFrames(rig);
  machines = VMIDS.map((vmid) => buildMachine(rig, vmid, DISTANCE));
});

interface Place {
  /** VMID, ASID and page; of a global page VMID and `g`. */
  readonly name: string;
  readonly vmid: number;
  readonly asid: number;
  readonly va: bigint;
}

/** Pages a and b of each address space, and the global one of each virtual machine. */
function places(): Place[] {
  return machines.flatMap(({ vmid, spaces }) => {
    const own = spaces.flatMap(({ pages }, n) =>
      ['a', 'b'].map((letter, page) => {
        const asid = ASIDS[n] ?? 0;
        return { name: `${vmid}.${asid}.${letter}`, vmid, asid, va: pages[page]?.va ?? 0n };
      }),
    );
    return [...own, { name: `${vmid}.g`, vmid, asid: 1, va: spaces[0]?.pages.at(-1)?.va ?? 0n }];
  });
}

function select(vmid: number, asid: number): void {
  const machine = machines[vmid - 1];
  rig.setCsr('hgatp', machine?.hgatp ?? 0n);
  rig.setCsr('vsatp', machine?.spaces[asid - 1]?.vsatp ?? 0n);
}

const load = (va: bigint) => rig.step(rig.machine.at('hlv.d'), MACHINE_MODE, va, 0n);

/** Loads from all places; those whose tables had to be walked. */
function missed(): string[] {
  return places()
    .filter(({ vmid, asid, va }) => {
      select(vmid, asid);
      const before = rig.machine.counter('missRead');
      expect(load(va).trap).toBeUndefined();
      return rig.machine.counter('missRead') !== before;
    })
    .map(({ name }) => name);
}

const addressOf = (name: string) => places().find((place) => place.name === name)?.va ?? 0n;

/** Executes a fence in the first address space of the first virtual machine. */
function fence(name: Fence, address: bigint | undefined, id: number | undefined, guest: boolean) {
  select(1, 1);
  rig.setX('a2', BigInt(id ?? 0));
  const label = rig.machine.at(fenceLabel(name, address !== undefined, id !== undefined));
  const { trap } = guest
    ? rig.step(CODE + (label & 0xfffn), GUEST, address ?? 0n, 0n)
    : rig.step(label, MACHINE_MODE, address ?? 0n, 0n);
  expect(trap).toBeUndefined();
}

const FIRST = ['1.1.a', '1.1.b', '1.2.a', '1.2.b', '1.g'];
const SECOND = ['2.1.a', '2.1.b', '2.2.a', '2.2.b', '2.g'];

beforeEach(() => {
  rig.guestPrivilege = false;
  rig.forget();
  expect(missed()).toEqual([...FIRST, ...SECOND]);
});

describe('address spaces of virtual machines', () => {
  it('find again what they had when hgatp and vsatp come back', () => {
    expect(missed()).toEqual([]);
  });

  it('are kept when the hart fences its own (Privileged 12.2.1)', () => {
    fence('sfence.vma', undefined, undefined, false);
    fence('sfence.vma', addressOf('1.1.a'), undefined, false);
    expect(missed()).toEqual([]);
  });

  it.each([
    ['VMID', 'hgatp', 57n],
    ['ASID', 'vsatp', 59n],
  ])('are told apart by the highest bit of the %s', (_, name, bit) => {
    select(1, 1);
    const other = rig.machine.csr(name) ^ (1n << bit);
    rig.setCsr(name, other);
    expect(rig.machine.csr(name)).toBe(other);
    const before = rig.machine.counter('missRead');
    load(addressOf('1.1.a'));
    expect(rig.machine.counter('missRead')).toBe(before + 1);
  });

  it('share a global page with those of their virtual machine only', () => {
    select(1, 2);
    const before = rig.machine.counter('missRead');
    load(addressOf('1.g'));
    expect(rig.machine.counter('missRead')).toBe(before);
    rig.setCsr('hgatp', machines[1]?.hgatp ?? 0n);
    load(addressOf('1.g'));
    expect(rig.machine.counter('missRead')).toBe(before + 1);
  });
});

describe.each<[string, Fence, boolean]>([
  ['HFENCE.VVMA', 'hfence.vvma', false],
  ['SFENCE.VMA in VS-mode', 'sfence.vma', true],
])('%s drops of the present virtual machine (Privileged 15.3.2)', (_, name, guest) => {
  it.each<[string, string | undefined, number | undefined, readonly string[]]>([
    ['all', undefined, undefined, FIRST],
    ['an address', '1.1.a', undefined, ['1.1.a']],
    ['an address of another space', '1.2.b', undefined, ['1.2.b']],
    ['a global address', '1.g', undefined, ['1.g']],
    ['an address that another virtual machine uses', '2.1.a', undefined, []],
    ['an address space but for its global pages', undefined, 1, ['1.1.a', '1.1.b']],
    ['another address space', undefined, 2, ['1.2.a', '1.2.b']],
    ['an address of an address space', '1.1.a', 1, ['1.1.a']],
    ['no address that the named space lacks', '1.1.a', 2, []],
    ['no global address by an ASID', '1.g', 1, []],
  ])('%s', (_what, address, id, expected) => {
    fence(name, address === undefined ? undefined : addressOf(address), id, guest);
    expect(missed()).toEqual(expected);
  });
});

describe('HFENCE.GVMA (Privileged 15.3.2)', () => {
  it.each<[string, number | undefined, readonly string[]]>([
    ['all', undefined, [...FIRST, ...SECOND]],
    ['a virtual machine', 1, FIRST],
    ['another virtual machine', 2, SECOND],
  ])('drops %s', (_, id, expected) => {
    fence('hfence.gvma', undefined, id, false);
    expect(missed()).toEqual(expected);
  });

  it('of a guest-physical page drops what leads to it, in no other virtual machine', () => {
    fence('hfence.gvma', (SMALL[0] ?? 0n) >> 2n, 1, false);
    const found = missed();
    expect(found).toEqual(expect.arrayContaining(['1.1.a', '1.2.a']));
    expect(found.filter((name) => SECOND.includes(name))).toEqual([]);
  });

  it('of a page of the guest’s tables drops what was found by them', () => {
    const root = ((machines[0]?.spaces[0]?.vsatp ?? 0n) & ((1n << 44n) - 1n)) << 12n;
    fence('hfence.gvma', root >> 2n, 1, false);
    expect(missed()).toEqual(expect.arrayContaining(['1.1.a', '1.1.b']));
  });

  it('of any page of a NAPOT range drops what was found by the range', () => {
    const range = 0x9001_0000n;
    const va = addressOf('1.1.a') + 0x4000n;
    const root = (atp: bigint | undefined) => ((atp ?? 0n) & ((1n << 44n) - 1n)) << 12n;
    const { ram } = rig.machine;
    const second = new PageTables(ram, root(machines[0]?.hgatp), undefined, 4n);
    for (let page = 0n; page < 16n; page++) {
      second.map(range + page * 0x1000n, 0x8021_8000n, ALL | U | N);
    }
    new PageTables(ram, root(machines[0]?.spaces[0]?.vsatp)).map(va, range + 0x3000n, ALL);
    select(1, 1);
    expect(load(va).trap).toBeUndefined();
    fence('hfence.gvma', (range + 0xa000n) >> 2n, 1, false);
    const before = rig.machine.counter('missRead');
    expect(load(va).trap).toBeUndefined();
    expect(rig.machine.counter('missRead')).toBe(before + 1);
  });

  it('of a page that nothing was found by drops nothing', () => {
    fence('hfence.gvma', UNUSED >> 2n, 1, false);
    expect(missed()).toEqual([]);
  });

  it('without a VMID is for all virtual machines', () => {
    fence('hfence.gvma', (SMALL[1] ?? 0n) >> 2n, undefined, false);
    expect(missed()).toEqual(expect.arrayContaining(['1.1.b', '1.2.b', '2.1.b', '2.2.b']));
  });
});
