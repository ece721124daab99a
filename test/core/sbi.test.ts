import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine, type MachineOptions } from './machine.js';
import { ALL, leaf } from './page-tables.js';
import { FRAMES, spaceAt } from './translated.js';

const BASE = 0x10;
const TIME = 0x5449_4d45;
const IPI = 0x73_5049;
const RFENCE = 0x5246_4e43;
const HSM = 0x48_534d;
const SRST = 0x5352_5354;
const DBCN = 0x4442_434e;

/** Errors (SBI 3). */
const NOT_SUPPORTED = -2;
const INVALID_PARAM = -3;
const INVALID_ADDRESS = -5;
const ALREADY_AVAILABLE = -6;

/** Calls `extension`.`fid` and notes a0 and a1 at s1. */
const call = (extension: number | string, fid: number, ...args: (number | bigint | string)[]) => `
      ${args
        .map((arg, n) =>
          typeof arg === 'string'
            ? `la a${n}, ${arg}`
            : `li a${n}, ${BigInt.asIntN(64, BigInt(arg))}`,
        )
        .join('; ')}
      li a6, ${fid}
      li a7, ${extension}
      ecall
      sd a0, 0(s1)
      sd a1, 8(s1)
      addi s1, s1, 16
`;

const SHUTDOWN = `
      li a0, 0
      li a1, 0
      li a6, 0
      li a7, ${SRST}
      ecall
      j .
`;

const create = (body: string, options: MachineOptions = {}) =>
  Machine.create(
    `la s1, notes
      ${body}
      ${SHUTDOWN}
.balign 8
notes: .zero 1024`,
    { sbi: true, ...options },
  );

/** Pairs of error and value that the calls answered. */
function answers(machine: Machine): [number, bigint][] {
  const result: [number, bigint][] = [];
  for (let at = machine.at('notes'); at < machine.x('s1'); at += 16n) {
    result.push([Number(BigInt.asIntN(64, machine.word(at))), machine.word(at + 8n)]);
  }
  return result;
}

const ask = async (body: string, options: MachineOptions = {}) =>
  answers((await create(body, options)).finish());

const errors = async (body: string, options: MachineOptions = {}) =>
  (await ask(body, options)).map(([error]) => error);

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

describe('HSM (SBI 9)', () => {
  const OTHER = `
.balign 4
other:
      csrr s4, satp
      csrr s5, sstatus
      la s6, notes
      sd a0, 512(s6)
      sd a1, 520(s6)
      li s7, 1
      sd s7, 528(s6)`;

  it('starts a hart once, with its number and the opaque value', async () => {
    const machine = await create(
      `${call(HSM, 2, 1)}
      ${call(HSM, 0, 1, 'other', 0x1234)}
      la s2, notes
1:    ld s3, 528(s2)
      beqz s3, 1b
      ${call(HSM, 2, 1)}
      ${call(HSM, 0, 1, 'other', 0)}
      ${call(HSM, 2, 0)}
      ${SHUTDOWN}
      ${OTHER}
2:    j 2b`,
      { harts: 2 },
    );
    machine.finish();
    expect(answers(machine)).toEqual([
      [0, 1n],
      [0, 0n],
      [0, 0n],
      [ALREADY_AVAILABLE, 0n],
      [0, 0n],
    ]);
    expect([
      machine.word(machine.at('notes') + 512n),
      machine.word(machine.at('notes') + 520n),
    ]).toEqual([1n, 0x1234n]);
    expect(machine.x('s4', 1)).toBe(0n);
    expect(machine.x('s5', 1) & 2n).toBe(0n);
    expect(machine.privilege(1)).toBe(1);
  });

  it('refuses harts and addresses that are none', async () => {
    const calls = [
      call(HSM, 0, 2, 'notes', 0),
      call(HSM, 0, -1n, 'notes', 0),
      call(HSM, 0, 1, 0x1000, 0),
      call(HSM, 0, 1, 0x8000_0001n, 0),
      call(HSM, 2, 5),
      call(HSM, 3, 0x1234_5678),
      call(HSM, 3, 0x8000_0000, 0x1000),
    ];
    expect(await errors(calls.join('\n'), { harts: 2 })).toEqual([
      INVALID_PARAM,
      INVALID_PARAM,
      INVALID_ADDRESS,
      INVALID_ADDRESS,
      INVALID_PARAM,
      INVALID_PARAM,
      INVALID_ADDRESS,
    ]);
  });

  it('stops a hart, which can be started again; stopping the last ends the run', async () => {
    const machine = await create(
      `${call(HSM, 0, 1, 'other', 0)}
      la s2, notes
1:    ${call(HSM, 2, 1)}
      addi s1, s1, -16
      ld s3, 8(s1)
      addi s3, s3, -1
      bnez s3, 1b
      sd zero, 528(s2)
      ${call(HSM, 0, 1, 'other', 0)}
2:    ld s3, 528(s2)
      beqz s3, 2b
last: ${call(HSM, 1)}
      ${OTHER}
      li a6, 1
      li a7, ${HSM}
      ecall
      j .`,
      { harts: 2 },
    );
    expect(machine.run()).toBe(ExitReason.Stopped);
    expect(answers(machine)).toEqual([
      [0, 0n],
      [0, 0n],
    ]);
  });

  it('suspends until an interrupt: retentive goes on, non-retentive starts anew', async () => {
    const machine = await create(`
      li t0, 1 << 5
      csrw sie, t0
      li s2, 77
      ${call(TIME, 0, 1000)}
      ${call(HSM, 3, 0)}
      rdtime s3
      ${call(TIME, 0, 2000)}
      ${call(HSM, 3, 0x8000_0000, 'resumed', 0x99)}
      j .
resumed:
      mv s4, a0
      mv s5, a1
      rdtime s6
      la s1, notes + 48`);
    expect(machine.run()).toBe(ExitReason.Idle);
    expect(machine.core.deadline(machine.vm)).toBe(1000n);
    machine.core.exports.vmSkipTo(machine.vm, 1000n);
    expect(machine.run()).toBe(ExitReason.Idle);
    machine.core.exports.vmSkipTo(machine.vm, 2000n);
    machine.finish();
    expect(machine.x('s4')).toBe(0n);
    expect(machine.x('s5')).toBe(0x99n);
    expect(machine.x('s6')).toBe(2000n);
    expect(answers(machine).map(([error]) => error)).toEqual([0, 0, 0]);
    // Registers of a hart that was suspended so are not kept.
    expect(machine.x('s2')).toBe(0n);
  });
});

describe('IPI (SBI 7)', () => {
  it('makes SSIP pending on the harts that a mask names', async () => {
    const machine = await create(
      `${call(IPI, 0, 0b101, 0)}
      csrr s2, sip
      csrci sip, 2
first: ${call(IPI, 0, 1, 3)}
      ${call(IPI, 0, 0, 0)}
      csrr s3, sip
second: ${call(IPI, 0, 0, -1n)}
      csrr s4, sip`,
      { harts: 4 },
    );
    const pending = () => [1, 2, 3].map((hart) => machine.csr('mip', hart));
    machine.runTo('first');
    expect(pending()).toEqual([0n, 2n, 0n]);
    machine.runTo('second');
    expect(pending()).toEqual([0n, 2n, 2n]);
    machine.finish();
    expect(pending()).toEqual([2n, 2n, 2n]);
    expect(['s2', 's3', 's4'].map((name) => machine.x(name))).toEqual([2n, 0n, 2n]);
    expect(answers(machine).map(([error]) => error)).toEqual([0, 0, 0, 0]);
  });

  it('refuses masks that name harts which are none, and then sends nothing', async () => {
    const machine = await create(
      `${call(IPI, 0, 0b11, 1)} ${call(IPI, 0, 1, 64)} ${call(IPI, 0, -1n, 0)}`,
      { harts: 2 },
    );
    machine.finish();
    expect(answers(machine).map(([error]) => error)).toEqual([
      INVALID_PARAM,
      INVALID_PARAM,
      INVALID_PARAM,
    ]);
    expect(machine.csr('mip', 1)).toBe(0n);
  });
});

describe('RFENCE (SBI 8)', () => {
  it('succeeds for harts that there are, and refuses others', async () => {
    const calls = [0, 1, 2].flatMap((fid) => [
      call(RFENCE, fid, 0b11, 0, 0, 0, 0),
      call(RFENCE, fid, 0, -1n, 0x4000_0000, 0x10_0000, 7),
      call(RFENCE, fid, 0b11, 0, 0x4000_0000, -1n, 7),
      call(RFENCE, fid, 0b100, 0, 0, 0, 0),
    ]);
    expect(await errors(calls.join('\n'), { harts: 2 })).toEqual(
      [0, 1, 2].flatMap(() => [0, 0, 0, INVALID_PARAM]),
    );
  });

  it.each([
    ['all of a hart’s addresses', call(RFENCE, 1, 1, 0, 0, 0), true],
    ['a range', call(RFENCE, 1, 1, 0, 0x4000_0000, 0x2000), true],
    ['a long range', call(RFENCE, 1, 1, 0, 0x3000_0000, 0x4000_0000), true],
    ['a range and its address space', call(RFENCE, 2, 1, 0, 0x4000_0000, 0x2000, 0), true],
    ['another range', call(RFENCE, 1, 1, 0, 0x4001_0000, 0x1000), false],
    ['another address space', call(RFENCE, 2, 1, 0, 0, 0, 9), false],
    ['another hart', call(RFENCE, 1, 2, 0, 0, 0), false],
  ])('drops what it names: %s', async (_, fence, dropped) => {
    const root = 0x8010_0000n;
    const machine = await create(
      `li t0, ${(8n << 60n) | (root >> 12n)}
      csrw satp, t0
      li s2, 0x40001000
      ld s3, 0(s2)
changed: ${fence}
      ld s4, 0(s2)`,
      { harts: 2 },
    );
    const tables = spaceAt(machine, root);
    const slot = tables.map(0x4000_1000n, FRAMES, ALL);
    machine.ram.writeU64(FRAMES, 1n);
    machine.ram.writeU64(FRAMES + 0x1000n, 2n);
    machine.runTo('changed');
    machine.ram.writeU64(slot, leaf(FRAMES + 0x1000n, ALL));
    machine.finish();
    expect([machine.x('s3'), machine.x('s4')]).toEqual([1n, dropped ? 2n : 1n]);
  });
});

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
