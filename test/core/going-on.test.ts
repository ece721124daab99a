/** A copy of a machine, taken at whichever step, goes on to the same end, however its memory gets there. */
import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import { writeChain } from '../oracle/programs/campaign.js';
import { Machine, type MachineOptions } from './machine.js';
import { ALL, R, V, W } from './page-tables.js';
import { OFF } from './program-parts.js';
import { randomNumbers } from './random.js';
import { FRAMES, translated } from './translated.js';

const DATA = RAM_BASE + 0x40_0000n;
/** addi a0, a0, n */
const ADDI = (n: number) => `0x${((n << 20) | 0x50513).toString(16)}`;

/** Goes through `rounds` pages, and writes with `store` to each: s0 is its address, s2 a value. */
const over = (rounds: number, store: string) => `
      li s0, ${DATA}
      li s1, ${rounds}
      li s3, 4096
      li s2, 1
1:    ${store}
      add s4, s4, a0
      add s0, s0, s3
      addi s2, s2, 3
      addi s1, s1, -1
      bnez s1, 1b
      ${OFF}`;

const plain =
  (source: string, options: MachineOptions = {}) =>
  () =>
    Machine.create(source, { memory: 8 << 20, ...options });

async function underTables(): Promise<Machine> {
  const { machine, tables } = await translated(
    `li s0, 0x40000000; li s1, 6; li s3, 4096
1:    ld a0, 0(s0); add s4, s4, a0; sd s1, 8(s0); add s0, s0, s3; addi s1, s1, -1; bnez s1, 1b
      sfence.vma
      li s0, 0x40000ffc; ld a0, 0(s0); sd s4, 0(s0)
      li t0, 0x41000ffe; jalr t0`,
    { setup: 'li t0, 1 << 61; csrs menvcfg, t0', memory: 8 << 20 },
  );
  for (let page = 0; page < 6; page++) {
    const at = FRAMES + BigInt(page) * 0x2000n;
    tables.map(0x4000_0000n + BigInt(page) * 0x1000n, at, V | R | W);
    machine.ram.writeU64(at, BigInt(page + 7));
  }
  tables.map(0x4100_0000n, FRAMES + 0x2_0000n, ALL);
  tables.map(0x4100_1000n, FRAMES + 0x1_8000n, ALL);
  // An instruction of four bytes in two pages, and `ret`.
  machine.ram.write(FRAMES + 0x2_0ffen, Uint8Array.of(0x13, 0x05));
  machine.ram.write(FRAMES + 0x1_8000n, Uint8Array.of(0x25, 0, 0x67, 0x80, 0, 0));
  return machine;
}

const PROGRAMS: readonly (readonly [string, () => Promise<Machine>])[] = [
  ['stores', plain(over(6, 'sd s2, 0(s0); ld a0, 0(s0)'))],
  ['stores across pages', plain(over(6, 'sd s2, -4(s0); ld a0, -4(s0)'))],
  ['atomics', plain(over(6, 'amoadd.d a0, s2, (s0); amoswap.d a0, s2, (s0)'))],
  [
    'reservations',
    plain(over(4, 'lr.d a0, (s0); add a0, a0, s2; sc.d a1, a0, (s0); add a0, a0, a1')),
  ],
  ['loads of what was never written', plain(over(6, 'ld a0, 0(s0); sd s2, 0(s0); ld a0, 0(s0)'))],
  [
    'code that it changes itself',
    plain(`
      li s0, 6
      li a1, ${ADDI(16)}
      li a3, 1 << 20
      la a2, 1f
again: sw a1, 0(a2)
1:    addi a0, a0, 1
      add a1, a1, a3
      addi s0, s0, -1
      bnez s0, again
      ${OFF}`),
  ],
  [
    'code in another page that it changes',
    plain(`
      li s0, 6
      li s1, ${DATA}
      li a1, ${ADDI(16)}
      li a3, 1 << 20
      li a4, 0x8067
      sw a4, 4(s1)
again: sw a1, 0(s1)
      jalr s1
      add a1, a1, a3
      addi s0, s0, -1
      bnez s0, again
      ${OFF}`),
  ],
  ['page tables whose A and D are set, and a straddling instruction', underTables],
  [
    'harts that count in turn',
    plain(
      `li s0, ${DATA}
      li s1, 8
1:    amoadd.d a0, s1, (s0)
      addi s1, s1, -1
      bnez s1, 1b
      amoadd.d a0, s1, 64(s0)
      csrr t0, mhartid
      bnez t0, .
2:    ld a0, 0(s0)
      li a1, 72
      bne a0, a1, 2b
      ${OFF}`.replace('amoadd.d a0, s1, 64(s0)', 'addi a3, s0, 64; amoadd.d a0, a1, (a3)'),
      { harts: 2 },
    ),
  ],
  [
    'the console, by a call of the firmware',
    plain(
      `la a1, text
      li t0, 2000
      add a1, a1, t0
      li a0, 3500
      li a2, 0
      li a6, 0
      li a7, 0x4442434e
      ecall
      li t0, ${DATA}
      sd a1, 0(t0)
      li a7, 8
      ecall
text:${'\n.dword 0x6867666564636261'.repeat(700)}`,
      { sbi: true },
    ),
  ],
];

/** All that can be told of a machine that powered off. */
function end(machine: Machine) {
  const output = machine.finish().output();
  return { ...machine.state(), steps: machine.steps, output };
}

describe.each(PROGRAMS)('%s', (_, create) => {
  it('in forks, beside each other, and in what was saved', async () => {
    const whole = await create();
    const expected = end(whole);
    const { steps } = whole;
    const random = randomNumbers(11);
    const cuts = Array.from({ length: Math.min(Number(steps), 400) }, (_, step) => BigInt(step));
    const some = cuts.length <= 80 ? cuts : cuts.filter(() => random(cuts.length) < 80);
    expect(some.length).toBeGreaterThan(10);
    const original = await create();
    const used = original.core.framesUsed();
    const own = original.core.exports.vmFramesOwned(original.vm);
    for (const cut of some) {
      original.run(cut - original.steps);
      const parent = original.fork();
      const child = parent.fork();
      const lazy = parent.restored(true);
      const eager = parent.restored(false);
      expect(lazy.missing).toBeGreaterThan(0);
      const all = [child, parent, lazy, eager];
      // Each a little, in turn, so that each writes what the others still have.
      const last = cut + 20n < steps ? cut + 20n : steps - 1n;
      while (all.some((machine) => machine.steps < last)) {
        for (const machine of all) {
          const most = last - machine.steps;
          const wanted = BigInt(1 + random(3));
          if (most > 0n) machine.run(wanted < most ? wanted : most);
        }
      }
      for (const machine of all) {
        expect(end(machine)).toEqual(expected);
        machine.core.exports.vmDestroy(machine.vm);
      }
    }
    const grown = original.core.exports.vmFramesOwned(original.vm) - own;
    expect(original.core.framesUsed()).toBe(used + grown);
    expect(end(original)).toEqual(expected);
  });
});

describe('random programs', () => {
  it.each([1, 2, 3])('in forks and in what was saved: seed %i', async (seed) => {
    const { image } = writeChain(seed, 0, 12);
    const program = { bytes: image.bytes, origin: RAM_BASE, symbols: new Map<string, bigint>() };
    const whole = await Machine.create(program);
    const expected = end(whole);
    const random = randomNumbers(seed);
    for (let cuts = 0; cuts < 4; cuts++) {
      const original = await Machine.create(program, { core: whole.core });
      original.run(BigInt(random(Number(whole.steps))));
      const all = [original.fork(), original.restored(true), original.restored(false), original];
      for (const machine of all) expect(end(machine)).toEqual(expected);
      for (const { core, vm } of all) core.exports.vmDestroy(vm);
    }
  });
});
