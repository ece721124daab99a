import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../../src/core/exit-reason.js';
import { Machine, newCore, PLENTY } from '../machine.js';
import { A, ALL, D, G, leaf, PageTables, R, U, V, W } from '../page-tables.js';
import { GUEST } from './guests.js';
import { type Fencing, hostileHypervisor, type Noise, noise } from './hostile-hypervisor.js';
import { TABLES } from './places.js';
import { MACHINE_MODE, Rig } from './rig.js';
import { guestRead, PLAIN } from './setting.js';

const CPU = 'rv64,h=on';
const HOST_BYTES = 96 << 20;

/** How a guest may end a call: each of these is its own doing. */
const ITS_OWN: readonly number[] = [
  ExitReason.Budget,
  ExitReason.Idle,
  ExitReason.Console,
  ExitReason.Shutdown,
  ExitReason.Reset,
  ExitReason.Stopped,
  ExitReason.Doorbell,
];

/** A machine beside the hostile one, with something in its memory, in the middle of its work. */
async function neighbour() {
  const core = await newCore(HOST_BYTES);
  const machine = await Machine.create(
    `li s0, 0x80010000; 1: sd a0, 0(s0); addi a0, a0, 1; addi s0, s0, 1024; j 1b`,
    { core, memory: 4 << 20 },
  );
  expect(machine.run(12_000n)).toBe(ExitReason.Budget);
  return machine;
}

describe('a hypervisor whose tables are noise', () => {
  const kinds: readonly (readonly [Noise, Fencing])[] = [
    ['bytes', 'never'],
    ['bytes', 'always'],
    ['entries', 'never'],
    ['entries', 'always'],
  ];

  it.each(kinds)('of %s, and that fences %s, harms nobody else', async (kind, fencing) => {
    const beside = await neighbour();
    const { core } = beside;
    const before = beside.state();
    const frames = core.framesUsed();
    const tables = noise(1, kind);
    let guestFaults = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const source = hostileHypervisor(seed, fencing);
      const machine = await Machine.create(source, { core, cpu: CPU, memory: 8 << 20 });
      machine.ram.write(TABLES, tables);
      for (let calls = 0; calls < 20; calls++) {
        const steps = machine.steps;
        const reason = core.run(machine.vm, 1000n, 0n, 0n);
        expect(ITS_OWN).toContain(reason);
        expect(machine.steps - steps).toBeLessThanOrEqual(1000n);
        if (reason !== ExitReason.Budget) break;
      }
      for (const name of ['guestFetchFaults', 'guestLoadFaults', 'guestStoreFaults'] as const) {
        guestFaults += machine.counter(name);
      }
      core.exports.vmDestroy(machine.vm);
    }
    expect(guestFaults).toBeGreaterThan(2000);
    expect(core.framesUsed()).toBe(frames);
    expect(beside.state()).toEqual(before);
  });
});

const MODES = [8n, 9n, 10n];
const UART = 0x1000_0000n;
const at = (mode: bigint, root: bigint) => (mode << 60n) | (root >> 12n);

describe('tables where none can be', () => {
  const load = (rig: Rig, va: bigint) => rig.step(rig.machine.at('hlv.d'), MACHINE_MODE, va, 0n);

  it.each(
    MODES.flatMap((mode): [bigint, string, bigint][] => [
      [mode, 'below RAM', 0x4000_0000n],
      [mode, 'behind RAM', 0x9000_0000n],
      [mode, 'at the highest address', 0xff_ffff_ffff_c000n],
      [mode, 'in a device', UART],
    ]),
  )('MODE %i, %s: each access is an access fault', async (mode, _, root) => {
    const rig = await Rig.create();
    rig.machine.input('x');
    for (const name of ['hgatp', 'vsatp']) {
      const atp = at(mode, root);
      rig.configure({ ...PLAIN, [name]: atp });
      rig.guestPrivilege = false;
      rig.fence();
      expect(load(rig, 0x1000n).trap?.cause).toBe(5);
      expect(rig.step(rig.machine.at('hsv.d'), MACHINE_MODE, 0x1000n, 0n).trap?.cause).toBe(7);
      expect(rig.step(0x1000n, GUEST, 0n, 0n).trap).toMatchObject({ cause: 1, tval: 0x1000n });
    }
    // The walk has not taken the byte that waits in the UART.
    rig.configure(PLAIN);
    const byte = rig.step(rig.machine.at('hlv.b'), MACHINE_MODE, UART, 0n);
    expect(byte).toEqual({ trap: undefined, a0: 0x78n });
  });

  it.each(MODES)('MODE %i: a table that points to itself ends at the last level', async (mode) => {
    const rig = await Rig.create();
    for (let n = 0n; n < 512n; n++) rig.machine.ram.writeU64(TABLES + n * 8n, leaf(TABLES, V));
    rig.configure({ ...PLAIN, hgatp: at(mode, TABLES) });
    rig.guestPrivilege = false;
    rig.fence();
    const before = rig.tableReads[1];
    expect(load(rig, 0x1238n).trap).toMatchObject({ cause: 21, tval: 0x1238n, tval2: 0x48en });
    expect(rig.tableReads[1] - before).toBe(Number(mode) - 5);
  });

  it('a guest whose tables are the pages that translate them gets what they say', async () => {
    const rig = await Rig.create();
    // The same table for both stages: its entry 2 is RAM, which both find where it is.
    rig.machine.ram.writeU64(TABLES + 16n, leaf(0x8000_0000n, ALL | U));
    rig.machine.ram.writeU64(0x8030_0000n, 77n);
    rig.configure({ ...PLAIN, guestSum: true, vsatp: at(8n, TABLES), hgatp: at(8n, TABLES) });
    rig.guestPrivilege = false;
    rig.fence();
    expect(load(rig, 0x8030_0000n)).toEqual({ trap: undefined, a0: 77n });
    expect(rig.look(guestRead(0x8030_0000n)).reads).toHaveLength(3);
  });
});

describe('a leaf that is its own way', () => {
  it('gets A and D once, though the walk to it sets them first (Privileged 12.3.2, step 9)', async () => {
    const rig = await Rig.create();
    const entry = leaf(0x8000_0000n, V | R | W | U);
    rig.machine.ram.writeU64(TABLES + 16n, entry);
    rig.configure({ ...PLAIN, guestSum: true, vsatp: at(8n, TABLES), hgatp: at(8n, TABLES) });
    rig.guestPrivilege = false;
    rig.fence();
    const store = rig.step(rig.machine.at('hsv.d'), MACHINE_MODE, 0x8030_0000n, 78n);
    expect(store.trap).toBeUndefined();
    expect(rig.machine.word(0x8030_0000n)).toBe(78n);
    expect(rig.machine.word(TABLES + 16n)).toBe(entry | A | D);
  });
});

const ENTER_HS = `
  li t0, -1
  csrw medeleg, t0
  csrw hedeleg, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li t0, 1 << 11
  csrs mstatus, t0
  la t0, hypervisor
  csrw mepc, t0
  mret
hypervisor:`;
const ENTER_GUEST = `
  li t0, 1 << 7
  csrs hstatus, t0
  li t0, 1 << 8
  csrs sstatus, t0
  sret`;

/** Hypervisors that fault for ever, of which each step is one of the budget. */
const LOOPS: readonly (readonly [string, string])[] = [
  [
    'handler is where nothing is',
    `${ENTER_HS} li t0, 0x40000000; csrw stvec, t0; li t0, 8 << 60; csrw hgatp, t0
    ${ENTER_GUEST}`,
  ],
  [
    'handler makes an access that faults',
    `${ENTER_HS} la t0, 1f; csrw stvec, t0; li t0, 8 << 60; csrw hgatp, t0
    .balign 4
    1: hlv.d a0, (zero); j .`,
  ],
  [
    'handler sends the guest back to what it faulted at',
    `${ENTER_HS} la t0, 1f; csrw stvec, t0; li t0, 8 << 60; csrw hgatp, t0
    .balign 4
    1: ${ENTER_GUEST}`,
  ],
  [
    'guest has a handler that faults',
    `${ENTER_HS} la t0, 1f; csrw sepc, t0; li t0, 0x40000000; csrw vstvec, t0
    ${ENTER_GUEST}
    1: ld a0, (zero)`,
  ],
  [
    'guest has a handler without a page',
    `${ENTER_HS} la t0, 1f; csrw stvec, t0; la t0, 2f; csrw sepc, t0
    li t0, 8 << 60 | 0x80100; csrw hgatp, t0
    li t0, 0x7000; csrw vstvec, t0
    ${ENTER_GUEST}
    .balign 4
    1: addi s0, s0, 1; sret
    2: ebreak`,
  ],
];

describe.each(LOOPS)('a hypervisor whose %s', (_, source) => {
  it('spends its budget and no more', async () => {
    const machine = await Machine.create(source, { cpu: CPU });
    machine.ram.writeU64(TABLES + 16n, leaf(0x8000_0000n, ALL | U));
    expect(machine.run(50_000n)).toBe(ExitReason.Budget);
    expect(machine.steps).toBe(50_000n);
    expect(machine.counter('exceptions')).toBeGreaterThan(2000);
  });
});

/** Fences that cost what hundreds of other steps do. */
const FENCES: readonly (readonly [string, string])[] = [
  ['of all guest-physical addresses', 'hfence.gvma'],
  ['of a virtual machine', 'hfence.gvma zero, s3'],
  ['of all guest-virtual addresses', 'hfence.vvma'],
  ['of an address space', 'hfence.vvma zero, s3'],
  ['of an address in a gigapage', 'hfence.vvma s2'],
  ['of a guest-physical address in a gigapage', 'hfence.gvma s4, s3'],
];

/** A hypervisor that loops; its guest's RAM is a gigapage in both stages, and was used. */
async function looping(loop: string): Promise<Machine> {
  const machine = await Machine.create(
    `li s2, 0x80000000; srli s4, s2, 2; li s3, 0
    li s5, ${at(8n, TABLES)}; csrw hgatp, s5
    li t0, ${at(8n, TABLES + 0x4000n)}; csrw vsatp, t0
    li t0, 1 << 8; csrw hstatus, t0
    li t0, -1; csrw pmpaddr0, t0; li t0, 0x1f; csrw pmpcfg0, t0
    hlv.d a0, (s2)
    1: addi a0, a0, 1; ${loop}; j 1b`,
    { cpu: CPU },
  );
  const second = new PageTables(machine.ram, TABLES, undefined, 4n);
  second.map(0x8000_0000n, 0x8000_0000n, ALL | U | G, 2);
  const own = new PageTables(machine.ram, TABLES + 0x4000n);
  own.map(0x8000_0000n, 0x8000_0000n, ALL, 2);
  return machine;
}

/** That the loop does the same in one call as in a call for each step. */
async function expectCutsToMatterNot(loop: string): Promise<void> {
  const total = 2000n;
  const whole = await looping(loop);
  expect(whole.run(total)).toBe(ExitReason.Budget);
  const single = await looping(loop);
  for (let steps = 0n; steps < total; steps += 1n) {
    expect(single.core.run(single.vm, 1n, 0n, 0n)).toBe(ExitReason.Budget);
  }
  expect(single.steps).toBe(total);
  expect(whole.state()).toEqual(single.state());
  expect(whole.counter('missRead')).toBe(single.counter('missRead'));
}

describe.each(FENCES)('a hypervisor that does nothing but fences %s', (_, fence) => {
  it('ends a call long before a large budget is spent', async () => {
    const machine = await looping(fence);
    for (let calls = 0; calls < 3; calls++) {
      const before = machine.steps;
      expect(machine.core.run(machine.vm, PLENTY, 0n, 0n)).toBe(ExitReason.Budget);
      expect(machine.steps).toBeGreaterThan(before);
      expect(machine.steps - before).toBeLessThan(100_000n);
    }
  });

  it('does the same, step for step, however its calls end', () => expectCutsToMatterNot(fence));
});

it('a hypervisor of a virtual machine after the other does the same however its calls end', () =>
  expectCutsToMatterNot('slli t0, a0, 44; or t0, t0, s5; csrw hgatp, t0; hlv.d a1, (s2)'));
