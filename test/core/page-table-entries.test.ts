import { describe, expect, it } from 'vitest';
import { A, ALL, D, leaf, N, pbmt, R, U, V, W, X } from './page-tables.js';
import { FRAMES, TABLES, translated } from './translated.js';
import { causes, traps } from './trap-log.js';

const ADUE = 'li t0, 1 << 61; csrs menvcfg, t0';
const PBMTE = 'li t0, 1 << 62; csrs menvcfg, t0';
const PAGE = 0x4000_0000n;
/** An instruction that returns to s10. */
const RETURN = 0x000d_0067n;

describe('A and D (Privileged 12.3.1, Svadu)', () => {
  const body = `
      li s0, ${PAGE}
      ld a0, 0(s0)
      li s0, ${PAGE + 0x1000n}
      sd a0, 8(s0)
      li s0, ${PAGE + 0x2000n}
      la s10, 1f
      jr s0
1:    li s0, ${PAGE + 0x3000n}
      sd a0, 8(s0)`;
  const flags = [V | R, V | R | W, V | X, V | R | W | A];

  it('are set by the walker when ADUE is on', async () => {
    const { machine, tables } = await translated(body, { setup: ADUE });
    const slots = flags.map((bits, n) => {
      machine.ram.writeU64(FRAMES + BigInt(n) * 0x1000n, RETURN);
      return tables.map(PAGE + BigInt(n) * 0x1000n, FRAMES + BigInt(n) * 0x1000n, bits);
    });
    machine.finish();
    expect(traps(machine)).toEqual([]);
    expect(slots.map((slot) => machine.word(slot) & 0xffn)).toEqual([
      V | R | A,
      V | R | W | A | D,
      V | X | A,
      V | R | W | A | D,
    ]);
  });

  it.each([
    ['is off', 'rv64', ''],
    ['does not exist', 'rv64,svadu=off', ADUE],
  ])('are asked for by page faults when ADUE %s', async (_, cpu, setup) => {
    const { machine, tables } = await translated(body, { setup, cpu });
    const slots = flags.map((bits, n) =>
      tables.map(PAGE + BigInt(n) * 0x1000n, FRAMES + BigInt(n) * 0x1000n, bits),
    );
    machine.finish();
    expect(causes(machine)).toEqual([13, 15, 12, 15]);
    expect(slots.map((slot) => machine.word(slot) & 0xffn)).toEqual(flags);
  });

  it('are not set by an access that faults for another reason', async () => {
    const { machine, tables } = await translated(`li a0, ${PAGE}; sd a0, 0(a0)`, { setup: ADUE });
    const slot = tables.map(PAGE, FRAMES, V | R);
    expect(causes(machine.finish())).toEqual([15]);
    expect(machine.word(slot) & 0xffn).toBe(V | R);
  });
});

describe('malformed entries', () => {
  it.each([
    ['not valid', 0n],
    ['W without R', V | W | X | A | D],
    ['a pointer at the last level', V],
    ['reserved bits', ALL | (1n << 54n)],
    ['the highest reserved bit', ALL | (1n << 60n)],
    ['PBMT while PBMTE is off', ALL | pbmt(1)],
    ['N with an encoding that is reserved', ALL | N],
  ])('fault: %s', async (_, flags) => {
    const { machine, tables } = await translated(
      `li a0, ${PAGE}; ld a1, 0(a0); sd a1, 0(a0); la s10, 1f; jr a0; 1:`,
    );
    tables.map(PAGE, FRAMES, flags);
    expect(causes(machine.finish())).toEqual([13, 15, 12]);
  });

  it.each([
    ['A', A],
    ['D', D],
    ['U', U],
    ['PBMT', pbmt(1)],
    ['N', N],
  ])('fault: a pointer with %s set', async (_, flags) => {
    const { machine, tables } = await translated(`li a0, ${PAGE}; ld a1, 0(a0)`, { setup: PBMTE });
    tables.map(PAGE, FRAMES, ALL);
    const root = TABLES + (PAGE >> 30n) * 8n;
    machine.ram.writeU64(root, machine.ram.readU64(root) | flags);
    expect(causes(machine.finish())).toEqual([13]);
  });

  it('in tables outside of RAM are access faults of the access that walked', async () => {
    const { machine } = await translated(
      `li a0, ${PAGE}; ld a1, 0(a0); sd a1, 0(a0); la s10, 1f; jr a0; 1:`,
    );
    machine.ram.writeU64(TABLES + (PAGE >> 30n) * 8n, leaf(0x4000_0000n, V));
    expect(causes(machine.finish())).toEqual([5, 7, 1]);
  });

  it('to guest-physical addresses that nobody has are access faults', async () => {
    const { machine, tables } = await translated(`li a0, ${PAGE}; ld a1, 0(a0); ld a1, 8(a0)`);
    tables.map(PAGE, 0xff_ffff_ffff_f000n & ((1n << 56n) - 1n), ALL);
    expect(causes(machine.finish())).toEqual([5, 5]);
  });
});

describe('Svpbmt (Privileged 12.5)', () => {
  it('allows the types NC and IO, and reserves 3', async () => {
    const { machine, tables } = await translated(
      [0n, 1n, 2n].map((n) => `li a0, ${PAGE + n * 0x1000n}; ld a1, 0(a0)`).join('\n'),
      { setup: PBMTE },
    );
    for (const type of [1, 2, 3]) {
      tables.map(PAGE + BigInt(type - 1) * 0x1000n, FRAMES, ALL | pbmt(type));
    }
    machine.finish();
    expect(traps(machine).map(({ cause, tval }) => [cause, tval])).toEqual([[13, PAGE + 0x2000n]]);
  });
});

describe('Svnapot (Privileged 12.4)', () => {
  const body = Array.from({ length: 16 }, (_, n) => {
    const va = PAGE + BigInt(n) * 0x1000n;
    return `li a0, ${va}; ld a1, 0(a0); add s0, s0, a1; slli s0, s0, 1`;
  }).join('\n');

  async function prepared(cpu: string) {
    const { machine, tables } = await translated(body, { cpu });
    for (let n = 0n; n < 16n; n += 1n) {
      tables.map(PAGE + n * 0x1000n, FRAMES + 0x8000n, ALL | N);
      machine.ram.writeU64(FRAMES + n * 0x1000n, n === 0n ? 1n : 0n);
    }
    machine.ram.writeU64(FRAMES + 0xf000n, 1n);
    return machine.finish();
  }

  it('maps 64 KiB by sixteen equal entries', async () => {
    const machine = await prepared('rv64');
    expect(traps(machine)).toEqual([]);
    expect(machine.x('s0')).toBe((1n << 16n) + 2n);
  });

  it('is reserved when the CPU lacks it', async () => {
    expect(causes(await prepared('rv64,svnapot=off'))).toEqual(Array(16).fill(13));
  });
});
