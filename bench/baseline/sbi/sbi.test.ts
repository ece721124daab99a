import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../../src/core/exit-reason.js';
import type { Machine } from '../../../test/core/machine.js';
import { randomNumbers } from '../../../test/core/random.js';
import * as Sbi from '../../../test/core/sbi-calls.js';
import { everything, sideBySide } from '../../../test/core/side-by-side.js';

const PROGRAMS = 10;
const CALLS = 120;
const LOOKS = 10;
const STEPS = 400n;
const HARTS = 3;

const EXTENSIONS = [
  Sbi.BASE,
  Sbi.TIME,
  Sbi.IPI,
  Sbi.RFENCE,
  Sbi.RFENCE,
  Sbi.HSM,
  Sbi.HSM,
  Sbi.DBCN,
];
const RARE = [0, 1, 2, 3, 5, 8, 9, 0x11, -1, '1 << 32', `${Sbi.TIME} + (1 << 32)`, Sbi.SRST];
const VALUES = [
  ...[0, 0, 1, 2, 3, 5, 7, 31, 32, 4096, 0x5544, -1, -2, '1 << 63', '(1 << 63) + 5', '3 << 32'],
  ...[Sbi.HSM, Sbi.DBCN, 0x8000_0000, 0x800f_fffe, 0x8010_0000, '0xffffffffffffff00'],
];

/** Random calls by all harts that come to be started; what each answers is kept from s1 on. */
function program(seed: number): string {
  const below = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const argument = (n: number) => {
    if (n === 0 && below(3) === 0) return `li a0, ${below(8)}`;
    if (n === 1 && below(3) === 0) return `la a1, ${pick(['begin', 'text', 'begin + 1'])}`;
    if (n === 2 && below(2) === 0) return 'li a2, 0';
    return `li a${n}, ${pick(VALUES)}`;
  };
  const calls = Array.from({ length: CALLS }, () => {
    const extension = below(8) === 0 ? pick(RARE) : pick(EXTENSIONS);
    // A hart that stops makes no more calls.
    const fids =
      extension === Sbi.HSM && below(6) > 0 ? [0, 2, 2, 3] : [0, 1, 2, 3, 4, 5, '1 << 32'];
    const fid = pick(fids);
    const start =
      below(CALLS) < 8 ? 'li a0, 1; la a1, begin; li a6, 0; li a7, 0x48534d; ecall' : '';
    return `${start}
      ${[0, 1, 2, 3, 4].map(argument).join('; ')}
      li a6, ${fid}; li a7, ${extension}; ecall
      sd a0, 0(s1); sd a1, 8(s1); addi s1, s1, 16`;
  });
  return `
begin: la t0, trap; csrw stvec, t0
      slli s2, a0, 13
      la s1, results; add s1, s1, s2
      li t0, 0x222; csrw sie, t0
      ${calls.join('\n')}
      j .
.balign 4
trap: csrw sie, zero
      csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret
.balign 8
text: .asciz "what the debug console is given"
.balign 8
results: .zero ${HARTS * 8192}`;
}

/** Runs so many steps; a clock that waits for a timer goes on at it, and output is taken. */
function run(machine: Machine): [ExitReason, string] {
  const reason = machine.run(STEPS);
  const deadline = machine.core.deadline(machine.vm);
  if (reason === ExitReason.Idle && deadline !== undefined) {
    machine.core.exports.vmSkipTo(machine.vm, deadline);
  }
  return [reason, machine.output()];
}

describe('the SBI of the baseline', () => {
  it.each(Array.from({ length: PROGRAMS }, (_, index) => index + 1))(
    'answers as the core does: program %i',
    async (seed) => {
      const { core, ts } = await sideBySide(program(seed), {
        harts: HARTS,
        sbi: true,
        memory: 1 << 20,
      });
      for (const machine of [core, ts]) machine.input('what the terminal says');
      for (let look = 0; look < LOOKS; look++) {
        expect(run(ts)).toEqual(run(core));
        expect(everything(ts)).toEqual(everything(core));
      }
      expect(core.x('s1')).toBeGreaterThan(core.at('results'));
    },
  );
});
