import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import {
  answers,
  ask,
  BASE,
  call,
  create,
  DBCN,
  errors,
  HSM,
  INVALID_PARAM,
  IPI,
  NOT_SUPPORTED,
  RFENCE,
  SRST,
  TIME,
} from './sbi-calls.js';

describe('an SBI call', () => {
  it('keeps all registers but a0 and a1 (SBI 3)', async () => {
    const kept = ['ra', 'sp', 's2', 's11', 't0', 't6', 'a2', 'a5', 'a6', 'a7'];
    const machine = await create(`
      li ra, 101; li sp, 102; li s2, 103; li s11, 104; li t0, 105; li t6, 106; li a2, 107
      li a5, 108
      ${call(BASE, 0)}
done: nop`);
    machine.runTo('done');
    expect(kept.map((name) => Number(machine.x(name)))).toEqual([
      101, 102, 103, 104, 105, 106, 107, 108, 0, 0x10,
    ]);
    expect(machine.privilege()).toBe(1);
  });

  it('to an unknown extension or function is not supported', async () => {
    const calls = [
      call(0x1234_5678, 0),
      call(-1, 0),
      ...[BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN].map((extension) => call(extension, 77)),
    ];
    expect(await ask(calls.join('\n'))).toEqual(calls.map(() => [NOT_SUPPORTED, 0n]));
  });

  it('is a trap that nobody but the core sees: U-mode’s goes to stvec', async () => {
    const machine = await create(`
      la t0, handler
      csrw stvec, t0
      la t0, user
      csrw sepc, t0
      li t0, 1 << 8
      csrc sstatus, t0
      sret
user: ecall
      j .
.balign 4
handler: csrr s2, scause`);
    expect(machine.finish().x('s2')).toBe(8n);
  });
});

describe('base (SBI 4)', () => {
  it('says version 2.0 and what there is', async () => {
    const offered = [BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN, 0, 1, 2, 8];
    const absent = [3, 9, 0x735049 + 1, 0x504d55, 0xffff_ffff];
    const result = await ask(
      [
        call(BASE, 0),
        ...offered.map((extension) => call(BASE, 3, extension)),
        ...absent.map((extension) => call(BASE, 3, extension)),
        ...[4, 5, 6].map((fid) => call(BASE, fid)),
      ].join('\n'),
    );
    expect(result).toEqual([
      [0, 0x0200_0000n],
      ...offered.map(() => [0, 1n]),
      ...absent.map(() => [0, 0n]),
      [0, 0n],
      [0, 0n],
      [0, 0n],
    ]);
  });
});

describe('time (SBI 6)', () => {
  it('interrupts at the time that was set, and not when it is set far ahead', async () => {
    const machine = await create(`
      la t0, handler
      csrw stvec, t0
      li t0, 1 << 5
      csrw sie, t0
      csrsi sstatus, 2
      ${call(TIME, 0, 30)}
1:    j 1b
.balign 4
handler:
      csrr s2, scause
      rdtime s3
      ${call(TIME, 0, -1n)}
      csrr s4, sip`);
    machine.finish();
    expect(machine.x('s2')).toBe((1n << 63n) | 5n);
    expect(machine.x('s3')).toBe(30n);
    expect(machine.x('s4')).toBe(0n);
    expect(answers(machine)).toEqual([
      [0, 0n],
      [0, 0n],
    ]);
  });
});

describe('SRST (SBI 10)', () => {
  it.each([
    ['shutdown', 0, 0, ExitReason.Shutdown, 0],
    ['shutdown after a failure', 0, 1, ExitReason.Shutdown, 1],
    ['cold reboot', 1, 0, ExitReason.Reset, 0],
    ['warm reboot', 2, 0, ExitReason.Reset, 0],
  ])('%s', async (_, kind, cause, reason, code) => {
    const machine = await create(call(SRST, 0, kind, cause));
    expect(machine.run()).toBe(reason);
    expect(machine.core.exitCode(machine.vm)).toBe(code);
  });

  it('refuses other types and reasons', async () => {
    expect(
      await errors([call(SRST, 0, 3, 0), call(SRST, 0, 0, 2), call(SRST, 0, -1, 0)].join('\n')),
    ).toEqual([INVALID_PARAM, INVALID_PARAM, INVALID_PARAM]);
  });
});

describe('legacy (SBI 5)', () => {
  it('prints, reads, and shuts down, answering in a0 alone', async () => {
    const machine = await create(`
      li a1, 55
      li a0, 'L'; li a7, 1; ecall
      li a7, 2; ecall; mv s2, a0
      li a7, 2; ecall; mv s3, a0
      mv s4, a1
      li a0, 0; li a7, 0; ecall
      csrr s5, sip
      li a7, 8; ecall`);
    machine.input('k');
    machine.finish();
    expect(machine.output()).toBe('L');
    expect([machine.x('s2'), BigInt.asIntN(64, machine.x('s3')), machine.x('s4')]).toEqual([
      0x6bn,
      -1n,
      55n,
    ]);
    expect(machine.x('s5')).toBe(32n);
  });
});
