import { describe, expect, it } from 'vitest';
import { randomInstruction } from '../../isa/random-operands.js';
import { ROWS } from '../../isa/table.js';
import type { Machine } from '../core/machine.js';
import { encode } from '../oracle/code.js';
import { Random } from '../oracle/random.js';
import { FORCED } from '../tested-translation.js';
import { MIXED } from './beside.js';
import { translatorCount } from './counts.js';
import { same } from './same.js';

const CODE = 0x8010_0000n;

/** Jumps to CODE, where a test puts words. */
const JUMP = `
  li s0, ${CODE}
  li s1, 0x80008000
  jr s0`;

const words = (machine: Machine, all: readonly number[]) =>
  machine.ram.write(CODE, new Uint8Array(Uint32Array.from(all).buffer));

describe('code that nobody would write', () => {
  it('a page of jumps, each to the next', async () => {
    const jumps = Array.from({ length: 1023 }, () => encode('jal', { immJ: 4 }));
    const machine = await same(JUMP, {
      prepare: (each) => words(each, [...jumps, encode('jal', { immJ: -4092 })]),
      steps: 100_000n,
    });
    expect(translatorCount(machine, 'installed')).toBeGreaterThan(0);
  });

  it('pages of jumps back and forth, which loops make of every block', async () => {
    const random = new Random(5);
    const jumps = Array.from({ length: 4096 }, (_, n) => {
      if (n % 3 === 0) return encode('addi', { rd: 10, rs1: 10, immI: 1 });
      const target = Math.max(0, Math.min(4095, n + random.between(-60, 60)));
      if (n % 3 === 1) return encode('andi', { rd: 11, rs1: 10, immI: 1 << random.below(5) });
      return encode('beq', { rs1: 11, rs2: 0, immB: 4 * (target - n) });
    });
    const last = encode('jal', { immJ: -4 * jumps.length });
    await same(JUMP, { prepare: (each) => words(each, [...jumps, last]), steps: 300_000n });
  });

  it('a page of branches, all taken one way', async () => {
    const branches = Array.from({ length: 1023 }, (_, n) =>
      n % 2 === 0
        ? encode('beq', { rs1: 0, rs2: 0, immB: 4 })
        : encode('bne', { rs1: 0, rs2: 0, immB: -4 }),
    );
    await same(JUMP, {
      prepare: (each) => words(each, [...branches, encode('jal', { immJ: -4092 })]),
      steps: 100_000n,
    });
  });

  it('a block of a million instructions', async () => {
    const count = 1_000_000;
    const body = new Array<number>(count).fill(encode('addi', { rd: 10, rs1: 10, immI: 1 }));
    // Back to CODE, which is in s0.
    const machine = await same(JUMP, {
      prepare: (each) => words(each, [...body, encode('jalr', { rs1: 8 })]),
      rounds: 3,
      steps: 1_000_000n,
      // So many regions are too many for a generation: it takes more passes until they are asked for again.
      share: 0.1,
    });
    expect(machine.x('a0')).toBeGreaterThan(2_999_000n);
  });

  it('a page of two-byte instructions, left at the first', async () => {
    const machine = await same(
      `
      li s0, 0x80200000
      li s1, ${CODE}
      li s2, 4096
      jr s1`,
      {
        translation: { ...FORCED, regionInstructions: 4096 },
        prepare: (each) => {
          // c.lw a1, 0(s0), of a page that the TLB does not have; then c.addi a0, 1.
          const page = new Uint16Array(2048).fill(0x0505);
          page[0] = 0x400c;
          each.ram.write(CODE, new Uint8Array(page.buffer));
          // add s0, s0, s2; jr s1
          each.ram.write(CODE + 4096n, Uint8Array.of(0x33, 0x04, 0x24, 0x01, 0x82, 0x84));
        },
        rounds: 3,
        steps: 30_001n,
      },
    );
    expect(machine.x('a0')).toBeGreaterThan(80_000n);
  });

  it('ways into the midst of the instructions of a long block', async () => {
    // The upper half of each mulh is a c.addi: behind it, all ways are the same.
    const [ways, long] = [99, 300];
    const branches = Array.from({ length: ways }, () =>
      encode('bne', { rs1: 0, rs2: 0, immB: 4 * (ways + 1) + 2 }),
    );
    const body = new Array<number>(long).fill(encode('mulh', { rd: 10, rs1: 10, rs2: 5 }));
    const machine = await same(JUMP, {
      prepare: (each) =>
        words(each, [
          ...branches,
          encode('addi', { rd: 10, rs1: 10, immI: 1 }),
          ...body,
          encode('jalr', { rs1: 8 }),
        ]),
      steps: 20_000n,
    });
    // Of a region: no more than was asked for, and one of each block.
    const emitted = translatorCount(machine, 'emitted');
    expect(translatorCount(machine, 'instructions')).toBeLessThan(emitted * (512 + 200));
    expect(translatorCount(machine, 'bufferFull')).toBe(0);
  });

  it('one short loop, whose jump is all there is', async () => {
    await same(JUMP, {
      prepare: (each) => words(each, [encode('jal', { immJ: 0 })]),
      steps: 100_000n,
    });
  });
});

/** Each trap goes on somewhere else in the 64 KiB behind CODE. */
const WANDER = `
  la t0, handler
  csrw mtvec, t0
  li t0, 3 << 13
  csrs mstatus, t0
  li t0, 12345
  csrw mscratch, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  ${JUMP}
.balign 4
handler:
  csrr t5, mscratch
  slli t6, t5, 13
  xor t5, t5, t6
  srli t6, t5, 7
  xor t5, t5, t6
  slli t6, t5, 17
  xor t5, t5, t6
  csrw mscratch, t5
  slli t5, t5, 48
  srli t5, t5, 48
  andi t5, t5, -2
  li t6, ${CODE}
  add t5, t5, t6
  csrw mepc, t5
  li s0, 0x80200000
  li s1, 0x80201000
  li sp, 0x80202000
  mret`;
const SIZE = 0x1_0000;

describe('data that is executed as code', () => {
  it.each([1, 2, 3, 4, 5, 6])('random bytes, seed %i', async (seed) => {
    const machine = await same(WANDER, {
      prepare: (each) => {
        const random = new Random(seed);
        words(
          each,
          Array.from({ length: SIZE / 4 }, () => random.u32()),
        );
      },
      rounds: 10,
      steps: 30_000n,
      share: 0,
    });
    expect(machine.counter('exceptions')).toBeGreaterThan(10);
    expect(translatorCount(machine, 'requested')).toBeGreaterThan(0);
  });

  it.each([1, 2, 3, 4, 5, 6])('random instructions of all rows, seed %i', async (seed) => {
    const harmless = ROWS.filter(({ name }) => !['wfi', 'csrrw', 'csrrwi'].includes(name));
    const machine = await same(WANDER, {
      translation: seed % 2 === 0 ? MIXED : undefined,
      prepare: (each) => {
        const random = new Random(seed);
        const bytes = new DataView(new ArrayBuffer(SIZE));
        for (let at = 0; at < SIZE - 4; ) {
          const row = random.pick(harmless);
          const word = randomInstruction(row, () => random.u32());
          if (row.length === 4) bytes.setUint32(at, word, true);
          else bytes.setUint16(at, word, true);
          at += row.length;
        }
        each.ram.write(CODE, new Uint8Array(bytes.buffer));
      },
      rounds: 10,
      steps: 30_000n,
      share: 0,
    });
    expect(machine.counter('regionSteps')).toBeGreaterThan(0);
  });
});
