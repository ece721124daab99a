import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { ALL } from './page-tables.js';
import { FRAMES, translated } from './translated.js';

/** Programs with `a0` at tohost, in the middle of a page or where one begins. */
async function watched(store: string, alignment: number): Promise<Machine> {
  const machine = await Machine.create(`
      la a0, tohost
      li a1, 1
      sd zero, 0(a0)              # fast, until the host watches
      sd zero, 0(a0)
watch:
      ${store}
      addi a2, a2, 1
      j .
.balign 4096
      .zero ${4096 - 64}
      .balign ${alignment}
tohost: .zero 64`);
  machine.runTo('watch');
  machine.core.exports.vmWatchToHost(machine.vm, machine.at('tohost'));
  return machine;
}

describe.each([64, 4096])('HTIF, tohost at a multiple of %i,', (alignment) => {
  it.each([
    ['sd', 'sd a1, 0(a0)', 1n],
    ['sw', 'sw a1, 0(a0)', 1n],
    ['sw of the upper half', 'sw a1, 4(a0)', 1n << 32n],
    ['sb', 'sb a1, 7(a0)', 1n << 56n],
    ['amoswap.d', 'amoswap.d zero, a1, (a0)', 1n],
    ['amoadd.w', 'amoadd.w a3, a1, (a0)', 1n],
    ['sc.d', 'lr.d a3, (a0); sc.d a3, a1, (a0)', 1n],
    ['a misaligned sd that begins before', 'sd a1, -4(a0); li a1, 3', 0n],
    ['a misaligned sd that ends behind', 'addi a3, a0, 5; sd a1, 0(a3)', 1n << 40n],
    ['a misaligned sh that ends in it', 'li a1, 0x100; sh a1, -1(a0)', 1n],
  ])('ends the run right after %s', async (_, store, value) => {
    const machine = await watched(store, alignment);
    expect(machine.run(1000n)).toBe(ExitReason.Htif);
    expect(machine.word('tohost')).toBe(value);
    expect([machine.x('a1') === 3n, machine.x('a2')]).toEqual([false, 0n]);
  });

  it.each([
    ['before', 'sd a1, -8(a0)'],
    ['behind', 'sd a1, 8(a0)'],
    ['behind, atomically', 'amoadd.d a1, a1, (a0); addi a0, a0, 8; amoadd.d a3, a1, (a0)', 1],
    ['misaligned, before', 'sd a1, -9(a0)'],
    ['by a store-conditional that fails', 'sc.d a3, a1, (a0)'],
    ['a load', 'ld a1, 0(a0)'],
    ['a load-reserved', 'lr.d a1, (a0)'],
  ])('does not end it for others: %s', async (_, store, exits = 0) => {
    const machine = await watched(store, alignment);
    for (let n = 0; n < exits; n++) expect(machine.run(1000n)).toBe(ExitReason.Htif);
    expect(machine.run(1000n)).toBe(ExitReason.Budget);
    expect(machine.x('a2')).toBe(1n);
  });
});

it('HTIF sees stores by any virtual address, across pages that are not neighbours in RAM', async () => {
  const { machine, tables } = await translated(
    `li s0, 0x40000ffc
      li s1, -1
      sd s1, 0(s0)
      li s2, 1
      li s0, 0x40001ffc
      sd s1, 0(s0)
      li s2, 2`,
  );
  tables.map(0x4000_0000n, FRAMES, ALL);
  tables.map(0x4000_1000n, FRAMES + 0x5000n, ALL);
  tables.map(0x4000_2000n, FRAMES + 0x2000n, ALL);
  // At the end of one page, then at the beginning of another.
  machine.core.exports.vmWatchToHost(machine.vm, FRAMES + 0xff8n);
  expect(machine.run(1000n)).toBe(ExitReason.Htif);
  expect(machine.x('s2')).toBe(0n);
  expect(machine.word(FRAMES + 0xff8n)).toBe(0xffff_ffff_0000_0000n);
  machine.core.exports.vmWatchToHost(machine.vm, FRAMES + 0x2000n);
  expect(machine.run(1000n)).toBe(ExitReason.Htif);
  expect(machine.x('s2')).toBe(1n);
  expect(machine.word(FRAMES + 0x2000n)).toBe(0xffff_ffffn);
  machine.finish();
});
