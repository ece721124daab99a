import { expect, it } from 'vitest';
import { Machine } from './machine.js';

const COUNTING = `
    li s0, 0x80100000
    li s1, 0x80140000
1:  li a0, 0
    mv a1, s0
2:  ld a2, 0(a1)
    add a2, a2, a0
    sd a2, 0(a1)
    addi a0, a0, 1
    addi a1, a1, 64
    bne a1, s1, 2b
    addi s2, s2, 1
    j 1b`;

it('a fork takes its control blocks, and pages as it or its parent writes them', async () => {
  const machine = await Machine.create(COUNTING);
  const { core, vm } = machine;
  const { exports } = core;
  machine.run(200_000n);
  const owned = exports.vmFramesOwned(vm);
  const copy = machine.fork();
  expect([exports.vmFramesOwned(vm), exports.vmFramesShared(vm)]).toEqual([0, owned]);
  const used = core.framesUsed();
  copy.run(100_000n);
  // 64 pages of words, and the sub-table.
  expect(core.framesUsed() - used).toBe(65);
  machine.run(100_000n);
  expect(copy.state()).toEqual(machine.state());
  copy.run(50_000n);
  expect(copy.state()).not.toEqual(machine.state());
  exports.vmDestroy(copy.vm);
  machine.run(50_000n);
  expect(exports.vmFramesOwned(vm)).toBe(owned);
});

it('many forks come and go', async () => {
  const machine = await Machine.create(COUNTING);
  machine.run(100_000n);
  const { core } = machine;
  const used = core.framesUsed();
  const copies = Array.from({ length: 200 }, () => machine.fork());
  for (const copy of copies) expect(copy.steps).toBe(100_000n);
  for (const copy of copies) core.exports.vmDestroy(copy.vm);
  expect(core.framesUsed()).toBe(used);
  expect(core.exports.vmFramesShared(machine.vm)).toBe(0);
});
