import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine, newCore } from './machine.js';
import { answers, call, create, DBCN, errors, INVALID_PARAM } from './sbi-calls.js';
import { FRAMES } from './translated.js';

describe('DBCN (SBI 12)', () => {
  it('writes buffers and bytes to the console, across pages', async () => {
    const text = 'x'.repeat(300);
    const machine = await create(
      `${call(DBCN, 0, 300, Number(FRAMES) + 4000, 0)}
      ${call(DBCN, 2, 0x41)}`,
    );
    machine.ram.write(FRAMES + 4000n, new TextEncoder().encode(text));
    machine.finish();
    expect(machine.output()).toBe(`${text}A`);
    expect(answers(machine)).toEqual([
      [0, 300n],
      [0, 0n],
    ]);
  });

  it('reads what is there, up to the buffer’s size', async () => {
    const machine = await create(
      `${call(DBCN, 1, 3, Number(FRAMES) + 4094, 0)}
      ${call(DBCN, 1, 100, Number(FRAMES) + 0x2000, 0)}
      ${call(DBCN, 1, 100, Number(FRAMES) + 0x3000, 0)}`,
    );
    machine.input('hello');
    machine.finish();
    const text = (at: bigint, length: number) =>
      new TextDecoder().decode(machine.ram.read(at, length));
    expect(answers(machine)).toEqual([
      [0, 3n],
      [0, 2n],
      [0, 0n],
    ]);
    expect([text(FRAMES + 4094n, 3), text(FRAMES + 0x2000n, 2)]).toEqual(['hel', 'lo']);
  });

  it('writes as much as there is room for, and says how much', async () => {
    const machine = await create(
      `${call(DBCN, 0, 10_000, Number(FRAMES), 0)} ${call(DBCN, 0, 10, Number(FRAMES), 0)}
      ${call(DBCN, 2, 0x41)}`,
    );
    let reason = machine.run();
    while (reason === ExitReason.Console) reason = machine.run();
    expect(reason).toBe(ExitReason.Shutdown);
    expect(answers(machine)).toEqual([
      [0, 8192n],
      [0, 0n],
      [-1, 0n],
    ]);
  });

  it('refuses buffers that are not all RAM', async () => {
    const end = 0x8100_0000n;
    const calls = [0, 1].flatMap((fid) => [
      call(DBCN, fid, 8, 0x1000, 0),
      call(DBCN, fid, 9, end - 8n, 0),
      call(DBCN, fid, 8, Number(FRAMES), 1),
      call(DBCN, fid, -1n, Number(FRAMES), 0),
    ]);
    expect(await errors(calls.join('\n'))).toEqual(calls.map(() => INVALID_PARAM));
  });

  it.each([
    ['none of its pages', 0, FRAMES + 0x2000n],
    ['one of two pages', 1, FRAMES + 4094n],
    ['neither of two pages, in new parts of the guest map', 0, RAM_BASE + 0x60_0000n - 2n],
    ['its second page', 0, RAM_BASE + 4094n],
  ])(
    'waits, with nothing received, while the host has no frame for %s',
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
});
