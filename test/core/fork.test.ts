import { expect, it } from 'vitest';
import { GuestMemory } from '../../src/core/guest-memory.js';
import { Machine } from './machine.js';

it('goes on as the other one would', async () => {
  const source = `
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
  const machine = await Machine.create(source);
  const { core, vm } = machine;
  machine.run(200_000n);
  const owned = core.exports.vmFramesOwned(vm);
  const copy = core.exports.vmFork(vm) >>> 0;
  expect(copy).not.toBe(0);
  expect([core.exports.vmFramesOwned(vm), core.exports.vmFramesShared(vm)]).toEqual([0, owned]);
  const used = core.framesUsed();
  core.run(copy, 100_000n, 0n, 0n);
  machine.run(100_000n);
  expect(core.framesUsed() - used).toBeGreaterThan(60);
  const other = new GuestMemory(core, copy, 16 << 20);
  const at = 0x8010_0000n;
  expect(other.read(at, 0x40000)).toEqual(machine.ram.read(at, 0x40000));
  for (let n = 1; n < 32; n++) expect(core.register(copy, 0, n)).toBe(core.register(vm, 0, n));
  core.run(copy, 50_000n, 0n, 0n);
  expect(other.read(at, 0x40000)).not.toEqual(machine.ram.read(at, 0x40000));
  core.exports.vmDestroy(copy);
  machine.run(50_000n);
  const before = core.exports.vmFramesOwned(vm);
  expect(before).toBe(owned);
  const t = performance.now();
  const many = Array.from({ length: 500 }, () => core.exports.vmFork(vm) >>> 0);
  for (const n of many) core.exports.vmDestroy(n);
  expect(core.exports.vmFramesOwned(vm)).toBe(owned);
});
