import { expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine, newCore } from './machine.js';
import { answers, call, create, DBCN } from './sbi-calls.js';
import { FRAMES } from './translated.js';

it.each([
  ['none of its pages', 0, FRAMES + 0x2000n],
  ['one of two pages', 1, FRAMES + 4094n],
  ['neither of two pages, in new parts of the guest map', 0, RAM_BASE + 0x60_0000n - 2n],
  ['its second page', 0, RAM_BASE + 4094n],
])(
  'DBCN (SBI 12) waits, with nothing received, while the host has no frame for %s',
  async (_, spare, buffer) => {
    const read = call(DBCN, 1, 100, Number(buffer), 0);
    const begin = async (core?: Core) => {
      const machine = await create(read + read, core === undefined ? {} : { core });
      machine.input('hello');
      return machine;
    };
    const ample = (await begin()).finish();

    const core = await newCore(8 << 20);
    const other = await Machine.create('j .', { core });
    const machine = await begin(core);
    // Up to the call, so that what it needs itself is there.
    while (machine.x('a7') !== BigInt(DBCN)) machine.run(1n);
    for (let page = 1; core.framesUsed() < core.frameLimit() - spare; page++) {
      expect(core.exports.vmFrame(other.vm, page, 1)).not.toBe(0);
    }

    expect(machine.run()).toBe(ExitReason.Memory);
    const stuck = machine.state();
    const { steps } = machine;
    for (let n = 0; n < 3; n++) {
      expect(machine.run()).toBe(ExitReason.Memory);
      expect(machine.state()).toEqual(stuck);
      expect(machine.steps).toBe(steps);
    }
    core.exports.vmDestroy(other.vm);
    machine.finish();
    expect(answers(machine)).toEqual([
      [0, 5n],
      [0, 0n],
    ]);
    expect(new TextDecoder().decode(machine.ram.read(buffer, 5))).toBe('hello');
    expect(machine.state()).toEqual(ample.state());
    expect(machine.steps).toBe(ample.steps);
  },
);
