import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import { Machine } from './machine.js';
import { A, ALL, R, V } from './page-tables.js';
import { OFF, START, TRAP_LOG } from './program-parts.js';
import { FRAMES, translated } from './translated.js';
import { causes, traps } from './trap-log.js';

const PAGE = 0x4000_0000n;
const PATTERN = 0x8182_8384_8586_8788n;

const SIZES = [
  ['h', 2],
  ['w', 4],
  ['d', 8],
] as const;

describe('misaligned accesses to RAM', () => {
  it.each(SIZES)('of size %s work at every offset, across pages too', async (size, bytes) => {
    const offsets = Array.from({ length: 24 }, (_, n) => 4096 - 12 + n);
    const { machine, tables } = await translated(
      `li s2, ${PATTERN}
      li s3, ${FRAMES + 0x8000n}
      ${offsets
        .map(
          (offset, n) => `
      li s0, ${PAGE + BigInt(offset)}
      s${size} s2, 0(s0)
      l${size} a0, 0(s0)
      sd a0, ${8 * n}(s3)
      ${size === 'd' ? 'ld' : `l${size}u`} a0, 0(s0)
      sd a0, ${8 * n + 1024}(s3)`,
        )
        .join('\n')}`,
    );
    // Neighbouring pages whose frames are no neighbours.
    tables.map(PAGE, FRAMES + 0x3000n, ALL);
    tables.map(PAGE + 0x1000n, FRAMES, ALL);
    machine.finish();
    const bits = 8 * bytes;
    offsets.forEach((_, n) => {
      const signed = BigInt.asUintN(64, BigInt.asIntN(bits, PATTERN));
      expect(machine.word(FRAMES + 0x8000n + BigInt(8 * n))).toBe(signed);
      expect(machine.word(FRAMES + 0x8400n + BigInt(8 * n))).toBe(BigInt.asUintN(bits, PATTERN));
    });
    expect(machine.counter('missMisaligned')).toBeGreaterThan(0);
  });

  it('store exactly their bytes', async () => {
    for (const [size, bytes] of SIZES) {
      const machine = await Machine.create(`
        li s0, ${FRAMES + 4096n - 1n}
        li a0, ${PATTERN}
        s${size} a0, 0(s0)
        ${OFF}`);
      const before = new Uint8Array(32).fill(0x55);
      machine.ram.write(FRAMES + 4080n, before);
      machine.finish();
      const expected = before.slice();
      const value = new Uint8Array(BigUint64Array.of(PATTERN).buffer);
      expected.set(value.subarray(0, bytes), 15);
      expect(machine.ram.read(FRAMES + 4080n, 32)).toEqual(expected);
    }
  });

  it('of floating-point registers work too', async () => {
    const machine = await Machine.create(`
      li t0, 3 << 13
      csrs mstatus, t0
      li a0, ${PATTERN}
      li s0, ${FRAMES + 4096n - 3n}
      fmv.d.x fa0, a0
      fsd fa0, 0(s0)
      fld fa1, 0(s0)
      fmv.x.d a1, fa1
      flw fa2, 1(s0)
      fmv.x.w a2, fa2
      ${OFF}`);
    machine.finish();
    expect(machine.x('a1')).toBe(PATTERN);
    expect(machine.x('a2')).toBe(BigInt.asUintN(64, BigInt.asIntN(32, PATTERN >> 8n)));
  });
});

describe('an access across two pages of which one faults', () => {
  const body = `li s0, ${PAGE + 4092n}; li a0, -1; sd a0, 0(s0); ld a1, 0(s0)`;

  it.each([
    ['the second is absent', ALL, 0n, [15, 13], PAGE + 4096n],
    ['the second is read-only', ALL, V | R | A, [15], PAGE + 4096n],
    ['the first is absent', 0n, ALL, [15, 13], PAGE + 4092n],
  ])('does nothing, and names the part: %s', async (_, first, second, expected, tval) => {
    const { machine, tables } = await translated(body);
    tables.map(PAGE, FRAMES, first);
    tables.map(PAGE + 0x1000n, FRAMES + 0x1000n, second);
    machine.ram.writeU64(FRAMES + 4088n, 0x1234n);
    machine.ram.writeU64(FRAMES + 4096n, 0x5678n);
    machine.finish();
    expect(causes(machine)).toEqual(expected);
    expect(traps(machine)[0]?.tval).toBe(tval);
    expect([machine.word(FRAMES + 4088n), machine.word(FRAMES + 4096n)]).toEqual([
      0x1234n,
      0x5678n,
    ]);
  });

  it('is an access fault at the end of RAM', async () => {
    const end = RAM_BASE + (16n << 20n);
    const machine = await Machine.create(`
      ${START}
      li s0, ${end - 4n}
      sd s0, 0(s0)
      ld a0, 0(s0)
      lw a1, 0(s0)
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(traps(machine).map(({ cause, tval }) => [cause, tval])).toEqual([
      [7, end],
      [5, end],
    ]);
    expect(machine.x('a1')).toBe(0n);
  });
});

describe('misaligned accesses to devices', () => {
  it('are access faults, and reach no device (Privileged 3.6.1)', async () => {
    const machine = await Machine.create(`
      ${START}
      li s0, 0x2004000
      ld a0, 4(s0)
      sd zero, 4(s0)
      lh a0, 1(s0)
      sw zero, 2(s0)
      li s0, 0x10000000
      sh zero, 1(s0)
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(traps(machine).map(({ cause, tval }) => [cause, Number(tval)])).toEqual([
      [5, 0x200_4004],
      [7, 0x200_4004],
      [5, 0x200_4001],
      [7, 0x200_4002],
      [7, 0x1000_0001],
    ]);
    expect(machine.output()).toBe('');
  });
});
