import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
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
});
