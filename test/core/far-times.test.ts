import { expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';

it('Sstc’s timer that is set far ahead is reached by a skip, and time does not run backwards', async () => {
  const time = (1n << 62n) - 1n;
  const machine = await Machine.create(`
      li t0, 1 << 63
      csrw menvcfg, t0
      li t0, 0x20
      csrw mie, t0
      li t0, ${time}
      csrw stimecmp, t0
      wfi
      rdtime s0
      li s1, 1000
1:    addi s1, s1, -1
      bnez s1, 1b
      rdtime s1
      csrr s2, mip
      j .`);
  expect(machine.run()).toBe(ExitReason.Idle);
  expect(machine.core.deadline(machine.vm)).toBe(time);
  machine.core.exports.vmSkipTo(machine.vm, time);
  expect(machine.run(3000n)).toBe(ExitReason.Budget);
  expect(machine.x('s0')).toBe(time);
  expect(machine.x('s1')).toBe(time + 20n);
  expect(machine.x('s2')).toBe(0x20n);
});
