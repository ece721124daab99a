import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { ALL, leaf } from './page-tables.js';
import {
  ALREADY_AVAILABLE,
  answers,
  call,
  create,
  errors,
  HSM,
  INVALID_ADDRESS,
  INVALID_PARAM,
  IPI,
  RFENCE,
  SHUTDOWN,
  TIME,
} from './sbi-calls.js';
import { FRAMES, spaceAt } from './translated.js';

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

  it.each([
    ['rv64', 2n, ['started', 'resumed']],
    ['rv64,c=off', 2n, []],
    ['rv64,c=off', 4n, ['started', 'resumed']],
  ])(
    'starts and resumes at what an instruction of %s may be aligned to: %i',
    async (cpu, offset, expected) => {
      const place = 0x8000_2000n + offset;
      const machine = await create(
        `${call(HSM, 0, 1, place, 7)}
      li t0, 1 << 5
      csrw sie, t0
      ${call(TIME, 0, 0)}
      ${call(HSM, 3, 0x8000_0000, place, 8)}`,
        { harts: 2, cpu },
      );
      // A jump to itself.
      machine.ram.write(place, Uint8Array.of(0x6f, 0, 0, 0));
      machine.run(2000n);
      const seen = [
        ...(machine.pc(1) === place && machine.x('a1', 1) === 7n ? ['started'] : []),
        ...(machine.pc(0) === place && machine.x('a1', 0) === 8n ? ['resumed'] : []),
      ];
      expect(seen).toEqual(expected);
      if (expected.length > 0) return;
      expect(answers(machine).map(([error]) => error)).toEqual([
        INVALID_ADDRESS,
        0,
        INVALID_ADDRESS,
      ]);
    },
  );

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
