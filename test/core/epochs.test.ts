import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import { Machine } from './machine.js';
import { A, ALL, D, R, V, W } from './page-tables.js';
import { OFF } from './program-parts.js';
import { FRAMES, translated } from './translated.js';

const DATA = RAM_BASE + 0x10_0000n;
const pageOf = (address: bigint) => Number((address - RAM_BASE) >> 12n);
const page = (n: number) => DATA + BigInt(n) * 0x1000n;

/** Pages stamped since epoch `since` ended. */
function changed(machine: Machine, since: number): number[] {
  const pages = [];
  for (let n = 0; n < machine.ram.size / 4096; n++) {
    if (machine.core.exports.vmPageEpoch(machine.vm, n) >>> 0 > since) pages.push(n);
  }
  return pages;
}

const begin = (machine: Machine) => machine.core.exports.vmBeginEpoch(machine.vm) >>> 0;

/** Runs `body` after an epoch began, its pages having been touched before; what it changed. */
async function changedBy(body: string): Promise<number[]> {
  const machine = await Machine.create(`
      li t0, 3 << 13
      csrs mstatus, t0
      li s0, ${DATA}
      li s1, 2
again: ${body}
      addi s1, s1, -1
      beqz s1, end
between: j again
end:  ${OFF}`);
  machine.runTo('between');
  const epoch = begin(machine);
  machine.finish();
  return changed(machine, epoch);
}

describe('an epoch stamps', () => {
  it.each([
    ['a store', 'sb s1, 0(s0)', [0]],
    ['a floating-point store', 'fsd fa0, 8(s0)', [0]],
    [
      'stores to several pages',
      'li t0, 0x2000; add t0, t0, s0; sd s1, 0(s0); sd s1, 0(t0)',
      [0, 2],
    ],
    ['a store across two pages', 'li t0, 4092; add t0, t0, s0; sd s1, 0(t0)', [0, 1]],
    ['an atomic', 'amoadd.d a0, s1, (s0)', [0]],
    ['a store-conditional', 'lr.d a0, (s0); sc.d a1, s1, (s0)', [0]],
    ['no load', 'ld a0, 0(s0); lr.d a0, (s0); fld fa0, 0(s0)', []],
    ['no store to a device', 'li t0, 0x2004000; sd s0, 0(t0)', []],
    ['no store that faults', 'la t0, 1f; csrw mtvec, t0; sd s1, -1(zero); .balign 4; 1: nop', []],
  ])('exactly the page of %s', async (_, body, pages) => {
    expect(await changedBy(body)).toEqual(pages.map((n) => pageOf(page(n))));
  });

  it('the table whose A and D the walker sets, and not one that is only read', async () => {
    const { machine, tables } = await translated(
      `li s0, 0x40000000; li s1, 0x40001000
before: ld a0, 0(s0); ld a1, 0(s1)`,
      { setup: 'li t0, 1 << 61; csrs menvcfg, t0' },
    );
    tables.map(0x4000_0000n, FRAMES, ALL);
    const slot = tables.map(0x4000_1000n, FRAMES, V | R | W);
    machine.runTo('before');
    const epoch = begin(machine);
    machine.finish();
    expect(machine.word(slot) & (A | D)).toBe(A);
    // The log of traps is in the program's own page, and nothing trapped but the way back to M-mode.
    expect(changed(machine, epoch)).toEqual([pageOf(slot)]);
  });

  it('a page that the host writes', async () => {
    const machine = await Machine.create(OFF);
    const epoch = begin(machine);
    machine.ram.read(page(3), 4096);
    machine.ram.writeU64(page(5), 1n);
    expect(changed(machine, epoch)).toEqual([pageOf(page(5))]);
  });

  it('a page again in each epoch in which it changes, and no other', async () => {
    const machine = await Machine.create(`
      li s0, ${DATA}
first: sd s0, 0(s0)
second: sd s0, 8(s0)
third: nop
      ${OFF}`);
    machine.runTo('first');
    const epochs = [begin(machine)];
    machine.runTo('second');
    epochs.push(begin(machine));
    machine.runTo('third');
    epochs.push(begin(machine));
    machine.finish();
    expect(epochs.map((epoch) => changed(machine, epoch).length)).toEqual([1, 1, 0]);
  });

  it('of one VM are not those of another', async () => {
    const one = await Machine.create(`li s0, ${DATA}; sd s0, 0(s0); ${OFF}`);
    const other = await Machine.create(OFF, { core: one.core });
    const [first, second] = [begin(one), begin(other)];
    one.finish();
    other.finish();
    expect(changed(one, first)).toEqual([pageOf(DATA)]);
    expect(changed(other, second)).toEqual([]);
  });
});
