import { describe, expect, it } from 'vitest';
import { LayoutValue, PAGE_SIZE, RAM_BASE } from '../../src/core/abi.js';
import { Core } from '../../src/core/core.js';
import { MemoryShortageError } from '../../src/core/errors.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { wasmEngine } from '../../src/core/wasm-engine.js';
import { testedTranslation } from '../tested-translation.js';
import { coreModule, Machine, newCore } from './machine.js';
import { ALL, R, V, W } from './page-tables.js';
import { OFF } from './program-parts.js';
import { randomNumbers } from './random.js';
import { FRAMES, translated } from './translated.js';

const DATA = RAM_BASE + 0x40_0000n;

/** Writes a word to each of `pages` pages, then powers off. */
const writer = (pages: number, store = 'sd s2, 0(s0)') => `
      li s0, ${DATA}
      li s1, ${pages}
      li s2, 1
      li s3, 4096
1:    ${store}
      ld a0, 0(s0)
      add s4, s4, a0
      add s0, s0, s3
      addi s1, s1, -1
      addi s2, s2, 3
      bnez s1, 1b
      ${OFF}`;

describe('frames', () => {
  it('come back, whatever the order in which VMs come, run and go', async () => {
    const core = await newCore();
    const start = core.framesUsed();
    const random = randomNumbers(7);
    const alive: Machine[] = [];
    for (let round = 0; round < 60; round++) {
      if (alive.length < 5 && random(3) > 0) {
        const harts = 1 + random(4);
        const machine = await Machine.create(writer(1 + random(50)), { core, harts, started: 1 });
        if (random(4) > 0) machine.finish();
        alive.push(machine);
      } else {
        const [machine] = alive.splice(random(alive.length), 1);
        if (machine !== undefined) core.exports.vmDestroy(machine.vm);
      }
    }
    expect(alive.length).toBeGreaterThan(0);
    expect(core.framesUsed()).toBeGreaterThan(start);
    const size = core.memory.buffer.byteLength;
    for (const machine of alive) core.exports.vmDestroy(machine.vm);
    expect(core.framesUsed()).toBe(start);
    // What was given back is used again.
    for (let round = 0; round < 20; round++) {
      const machine = await Machine.create(writer(40), { core });
      core.exports.vmDestroy(machine.finish().vm);
    }
    expect(core.memory.buffer.byteLength).toBe(size);
  });

  it('hold nothing of the VM that had them before', async () => {
    const core = await newCore();
    const first = await Machine.create(writer(300), { core });
    core.exports.vmDestroy(first.finish().vm);
    const second = await Machine.create(
      `li s0, ${DATA}; li s1, 300; li s3, 4096
1:    ld a0, 0(s0)
      or s4, s4, a0
      sb zero, 100(s0)
      ld a0, 0(s0)
      or s4, s4, a0
      add s0, s0, s3
      addi s1, s1, -1
      bnez s1, 1b
      ${OFF}`,
      { core },
    );
    expect(second.finish().x('s4')).toBe(0n);
  });

  it('are taken by pages that are written, not by those that are read', async () => {
    const machine = await Machine.create(writer(512, 'nop'));
    const before = machine.core.framesUsed();
    machine.finish();
    // One more for the map of the two megabytes that were read.
    expect(machine.core.framesUsed() - before).toBe(1);
    expect(machine.core.exports.vmFramesOwned(machine.vm)).toBe(3);
  });

  it('are given for at most 32 harts and 4 GiB of RAM, in whole pages', async () => {
    const core = await newCore();
    const used = core.framesUsed();
    for (const [ram, harts] of [
      [1 << 20, 0],
      [1 << 20, 33],
      [2 ** 32 + 4096, 1],
      [(1 << 20) + 1, 1],
      [(1 << 20) + 2048, 1],
      [4095, 1],
    ] as const) {
      expect(() => core.createVm(ram, harts, 0n, 0)).toThrow(MemoryShortageError);
      expect(core.framesUsed()).toBe(used);
    }
  });

  it('that are short leave nothing behind of a VM that was refused', async () => {
    const module = await coreModule();
    const probe = await Core.create(wasmEngine(module, 'wasm', testedTranslation()), 1 << 20);
    const block = probe.layout(LayoutValue.VmFrames);
    const core = await Core.create(
      wasmEngine(module, 'wasm', testedTranslation()),
      (block + probe.layout(LayoutValue.HartFrames) + 1) * 4096,
    );
    const used = core.framesUsed();
    expect(() => core.createVm(1 << 20, 2, 0n, 0)).toThrow(MemoryShortageError);
    expect(core.framesUsed()).toBe(used);
    expect(core.createVm(1 << 20, 1, 0n, 0)).toBeGreaterThan(0);
  });
});

it('the host is given no frame and no epoch of pages beyond the RAM', async () => {
  const machine = await Machine.create(writer(3), { memory: 8 << 20 });
  const neighbour = await Machine.create(OFF, { core: machine.core });
  machine.finish();
  neighbour.ram.write(RAM_BASE + 0x4000n, new Uint8Array(4096).fill(0xa5));
  const { exports } = machine.core;
  const before = { used: machine.core.framesUsed(), state: [machine.state(), neighbour.state()] };
  const end = (8 << 20) / PAGE_SIZE;
  for (const page of [end, end + 511, 512 * 2048, 512 * 2048 + 512, 2 ** 31, 2 ** 32 - 1]) {
    expect(exports.vmFrame(machine.vm, page, 0)).toBe(0);
    expect(exports.vmFrame(machine.vm, page, 1)).toBe(0);
    expect(exports.vmPageEpoch(machine.vm, page)).toBe(0);
  }
  expect(machine.core.framesUsed()).toBe(before.used);
  expect([machine.state(), neighbour.state()]).toEqual(before.state);
  expect(exports.vmFrame(machine.vm, end - 1, 1)).not.toBe(0);
});

describe('a host whose memory is used up', () => {
  const PAGES = 64;

  /** Runs `source` where most of its pages find no frame until another VM is gone. */
  async function starved(source: string): Promise<{ machine: Machine; exits: number }> {
    const module = await coreModule();
    const probe = await Core.create(wasmEngine(module, 'wasm', testedTranslation()), 1 << 30);
    const blocks = probe.layout(LayoutValue.VmFrames) + probe.layout(LayoutValue.HartFrames);
    const core = await Core.create(
      wasmEngine(module, 'wasm', testedTranslation()),
      (2 * blocks + PAGES + 12) * PAGE_SIZE,
    );
    const other = await Machine.create(writer(PAGES), { core });
    other.finish();
    const machine = await Machine.create(source, { core });
    expect(machine.run()).toBe(ExitReason.Memory);
    const stuck = machine.state();
    const { steps } = machine;
    for (let n = 0; n < 3; n++) expect(machine.run()).toBe(ExitReason.Memory);
    expect(machine.state()).toEqual(stuck);
    expect(machine.steps).toBe(steps);
    core.exports.vmDestroy(other.vm);
    machine.finish();
    return { machine, exits: Number(core.exports.vmExits(machine.vm, ExitReason.Memory)) };
  }

  it.each([
    ['stores', 'sd s2, 0(s0)'],
    ['atomics', 'amoadd.d a0, s2, (s0)'],
    ['store-conditionals', 'lr.d a0, (s0); sc.d a0, s2, (s0)'],
    ['stores across two pages', 'addi t0, s0, -4; sd s2, 0(t0)'],
  ])(
    'stops the VM, with nothing half done, and it goes on when there is help: %s',
    async (_, store) => {
      const ample = (await Machine.create(writer(PAGES, store))).finish();
      const { machine, exits } = await starved(writer(PAGES, store));
      expect(exits).toBe(4);
      expect(machine.state()).toEqual(ample.state());
      expect(machine.steps).toBe(ample.steps);
    },
  );

  it('does so for a load, a fetch and a walk that need a new part of the guest map', async () => {
    // Each 2 MiB of RAM needs a frame of map, though all of it reads as zero.
    const source = `
      li s0, ${RAM_BASE}
      li s1, 0x200000
      li s2, 7
1:    add s0, s0, s1
      ld a0, 0(s0)
      addi s2, s2, -1
      bnez s2, 1b
      li s0, ${RAM_BASE + 0x1000n}
      li s1, 60
2:    sd s0, 0(s0)
      li t0, 4096
      add s0, s0, t0
      addi s1, s1, -1
      bnez s1, 2b
      ${OFF}`;
    const ample = (await Machine.create(source)).finish();
    const { machine } = await starved(source);
    expect(machine.state()).toEqual(ample.state());
  });

  it('tells the host layer of it, in figures', async () => {
    const core = await Core.create(
      wasmEngine(await coreModule(), 'wasm', testedTranslation()),
      512 * 1024,
    );
    const machine = await Machine.create(OFF, { core });
    expect(() => machine.ram.write(DATA, new Uint8Array(1 << 20).fill(1))).toThrow(
      MemoryShortageError,
    );
  });
});

describe('frames above 2 GiB', () => {
  /** A host of which only `left` frames below 4 GiB are to be had, all of them above 2 GiB. */
  async function highCore(left: number): Promise<Core> {
    const core = await newCore(64 << 20);
    const first = core.layout(LayoutValue.FirstFrame);
    const skip = 2 ** 20 - left - first;
    expect(core.exports.hostSkipFrames(skip) >>> 0).toBe(skip);
    return core;
  }

  it.each([
    ['just above', 0x7_0000],
    ['at the end of 4 GiB', 2000],
  ])('serve as well as others: %s', async (_, left) => {
    const core = await highCore(left);
    for (const store of ['sd s2, 0(s0)', 'sw s2, 2(s0)', 'amoadd.d a0, s2, (s0)']) {
      const low = (await Machine.create(writer(300, store))).finish();
      const high = (await Machine.create(writer(300, store), { core })).finish();
      expect(high.core.exports.vmFrame(high.vm, 0, 0) >>> 0).toBeGreaterThanOrEqual(0x8_0000);
      expect(high.state()).toEqual(low.state());
      core.exports.vmDestroy(high.vm);
    }
  });

  it('serve under translation, across pages and for code', async () => {
    const core = await highCore(3000);
    const { machine, tables } = await translated(
      `li s0, 0x40000ffc; li a0, -2; sd a0, 0(s0); ld s1, 0(s0)
      li s0, 0x40002ffe; jalr s0`,
      { core, setup: 'li t0, 1 << 61; csrs menvcfg, t0' },
    );
    tables.map(0x4000_0000n, FRAMES, V | R | W);
    tables.map(0x4000_1000n, FRAMES + 0x5000n, V | R | W);
    tables.map(0x4000_2000n, FRAMES + 0x2000n, ALL);
    tables.map(0x4000_3000n, FRAMES + 0x1000n, ALL);
    machine.ram.write(FRAMES + 0x2ffen, Uint8Array.of(0x13, 0x05));
    machine.ram.write(FRAMES + 0x1000n, Uint8Array.of(0x25, 0, 0x67, 0x80, 0, 0));
    machine.finish();
    expect(machine.x('s1')).toBe(BigInt.asUintN(64, -2n));
    expect(machine.x('a0')).toBe(0n);
  });

  it('end with the last: a host cannot skip or use more than there are', async () => {
    const core = await highCore(100);
    // The zero frame stands below, and the very last frame is never used.
    expect(core.exports.hostSkipFrames(1000) >>> 0).toBe(98);
    expect(() => core.createVm(1 << 20, 1, 0n, 0)).toThrow(MemoryShortageError);
  });
});
