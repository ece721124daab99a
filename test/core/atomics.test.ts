import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { A, ALL, D, R, U, V, W } from './page-tables.js';
import { OFF, START, TRAP_LOG } from './program-parts.js';
import { FRAMES, translated } from './translated.js';
import { causes, traps } from './trap-log.js';

const run = async (body: string, options = {}) =>
  (
    await Machine.create(
      `${START} la s0, data; ${body} ${OFF}
.balign 64
data: .dword 100, 200
      ${TRAP_LOG}`,
      options,
    )
  ).finish();

describe('LR and SC (Unprivileged 14.2)', () => {
  it('succeed together, once', async () => {
    const machine = await run(`
      li a1, 7
      lr.d a0, (s0)
      sc.d s1, a1, (s0)
      sc.d s2, a1, (s0)`);
    expect(machine.x('a0')).toBe(100n);
    expect([machine.x('s1'), machine.x('s2')]).toEqual([0n, 1n]);
    expect(machine.word('data')).toBe(7n);
  });

  it.each([
    ['without a reservation', 'sc.d s1, a1, (s0)'],
    ['of another address', 'lr.d a0, (s0); addi s2, s0, 8; sc.d s1, a1, (s2)'],
    ['of another size', 'lr.d a0, (s0); sc.w s1, a1, (s0)'],
    ['after the return from a trap', 'lr.d a0, (s0); ecall; sc.d s1, a1, (s0)'],
    [
      'after an mret',
      'lr.d a0, (s0); la t0, 1f; csrw mepc, t0; li t0, 3 << 11; csrs mstatus, t0; mret; 1: sc.d s1, a1, (s0)',
    ],
  ])('fail %s, and store nothing', async (_, body) => {
    const machine = await run(`li a1, 7; ${body}`);
    expect(machine.x('s1')).toBe(1n);
    expect([machine.word('data'), machine.word(machine.at('data') + 8n)]).toEqual([100n, 200n]);
  });

  it('are not disturbed by the hart’s own other accesses', async () => {
    const machine = await run('lr.w a0, (s0); ld a1, 8(s0); sd a1, 8(s0); sc.w s1, a1, (s0)');
    expect(machine.x('s1')).toBe(0n);
    expect(machine.word('data')).toBe(200n);
  });

  it('fail when another hart ran in between', async () => {
    const machine = await Machine.create(
      `
      csrr s0, mhartid
      bnez s0, other
      la s1, data
      lr.d a0, (s1)
1:    ld a2, 8(s1)
      beqz a2, 1b
      sc.d s2, a1, (s1)
      ${OFF}
other: la s1, data
      li a2, 1
      sd a2, 8(s1)
2:    j 2b
.balign 16
data: .dword 5, 0`,
      { harts: 2 },
    );
    machine.finish();
    expect(machine.x('s2')).toBe(1n);
    expect(machine.word('data')).toBe(5n);
  });

  it.each([
    ['the reserved bytes', 0n, 1n],
    ['others in their page', 2048n, 1n],
    ['the page behind', 4096n, 0n],
    ['the page before', -4096n, 0n],
  ])(
    'are parted by what the host writes into their page in between: %s',
    async (_, distance, failed) => {
      const machine = await Machine.create(`
      li s0, ${FRAMES}
      li a1, 7
      lr.d a0, (s0)
held: sc.d s1, a1, (s0)
      ${OFF}`);
      machine.runTo('held');
      machine.ram.read(FRAMES, 8);
      machine.ram.writeU64(FRAMES + distance, 9n);
      machine.finish();
      expect(machine.x('s1')).toBe(failed);
      expect(machine.word(FRAMES + distance)).toBe(distance === 0n && failed === 0n ? 7n : 9n);
      expect(machine.word(FRAMES)).toBe(failed === 0n ? 7n : distance === 0n ? 9n : 0n);
    },
  );

  it('of one VM do not mind what the host writes into another', async () => {
    const machine = await Machine.create(`la s0, data; lr.d a0, (s0)
held: sc.d s1, a1, (s0)
      ${OFF}
.balign 8
data: .dword 1`);
    const other = await Machine.create(OFF, { core: machine.core });
    machine.runTo('held');
    other.ram.writeU64(machine.at('data'), 9n);
    expect(machine.finish().x('s1')).toBe(0n);
  });

  it('count up a shared word exactly, with four harts', async () => {
    const machine = await Machine.create(
      `
      la s0, data
      li s1, 3000
1:    lr.w a0, (s0)
      addi a0, a0, 1
      sc.w a1, a0, (s0)
      bnez a1, 1b
      addi s1, s1, -1
      bnez s1, 1b
      addi s0, s0, 8
      li a0, 1
      amoadd.d a1, a0, (s0)
2:    ld a1, 0(s0)
      addi a1, a1, -4
      bnez a1, 2b
      ${OFF}
.balign 16
data: .dword 0, 0`,
      { harts: 4 },
    );
    machine.finish();
    expect(machine.word('data')).toBe(12_000n);
  });
});

describe('atomic memory operations', () => {
  it('raise misaligned exceptions, loads’ for LR alone (Unprivileged 14.2, 14.4)', async () => {
    const machine = await run(`
      addi s1, s0, 4
      lr.d a0, (s1)
      sc.d a0, a0, (s1)
      amoadd.d a0, a0, (s1)
      addi s1, s0, 2
      lr.w a0, (s1)
      amoswap.w a0, a0, (s1)`);
    expect(causes(machine)).toEqual([4, 6, 6, 4, 6]);
    expect(traps(machine)[0]?.tval).toBe(machine.at('data') + 4n);
  });

  it('are refused by devices: access faults (Privileged 3.6.3)', async () => {
    const machine = await run(`
      li s0, 0x2004000
      lr.d a0, (s0)
      sc.d a0, a0, (s0)
      amoadd.d a0, a0, (s0)`);
    expect(causes(machine)).toEqual([5, 7, 7]);
  });

  it('need a page that may be written, and raise a store’s fault', async () => {
    const page = 0x4000_0000n;
    const { machine, tables } = await translated(`
      li s0, ${page}; amoadd.d a0, a0, (s0); lr.d a0, (s0); sc.d a0, a0, (s0)
      li s0, ${page + 0x1000n}; amoadd.d a0, a0, (s0); lr.d a0, (s0)`);
    tables.map(page, FRAMES, V | R | A);
    tables.map(page + 0x1000n, FRAMES, ALL | U);
    expect(causes(machine.finish())).toEqual([15, 15, 15, 13]);
  });

  it('set A and D as one store does, and return the old value, sign-extended', async () => {
    const page = 0x4000_0000n;
    const { machine, tables } = await translated(
      `li s0, ${page}; li a1, 1; amoadd.w a0, a1, (s0); amomaxu.w a2, a1, (s0)
      amomax.w a3, a1, (s0)`,
      { setup: 'li t0, 1 << 61; csrs menvcfg, t0' },
    );
    const slot = tables.map(page, FRAMES, V | R | W);
    machine.ram.writeU64(FRAMES, 0xfedc_ba98_ffff_fffen);
    machine.finish();
    expect(machine.word(slot) & (A | D)).toBe(A | D);
    const minus = (n: bigint) => BigInt.asUintN(64, -n);
    expect(['a0', 'a2', 'a3'].map((name) => machine.x(name))).toEqual([
      minus(2n),
      minus(1n),
      minus(1n),
    ]);
    expect(machine.word(FRAMES)).toBe(0xfedc_ba98_0000_0001n);
  });
});
