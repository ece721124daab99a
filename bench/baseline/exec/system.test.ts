import { describe, expect, it } from 'vitest';
import { enter, START, TO_MACHINE, TRAP_LOG } from '../../../test/core/program-parts.js';
import { randomNumbers } from '../../../test/core/random.js';
import { everything, sideBySide } from '../../../test/core/side-by-side.js';

const PROGRAMS = 12;
const PIECES = 120;
const LOOKS = 10;
const STEPS = 250n;
const MODELS = ['rv64', 'rv64,sstc=off,svadu=off', 'rv64,zicntr=off,f=off', 'rv64,s=off'];

const CSRS = [
  ...['fflags', 'frm', 'fcsr', 'sstatus', 'sie', 'scounteren', 'senvcfg', 'sscratch', 'sepc'],
  ...['scause', 'stval', 'sip', 'stimecmp', 'satp', 'mstatus', 'misa', 'medeleg', 'mideleg'],
  ...['mie', 'mcounteren', 'menvcfg', 'mscratch', 'mepc', 'mcause', 'mtval', 'mip', 'pmpcfg0'],
  ...['pmpaddr0', 'mcycle', 'minstret', 'cycle', 'time', 'instret', 'hpmcounter3', 'mhartid'],
  ...['mhpmevent3', 'mvendorid', 'hstatus', 'stvec'],
];
const VALUES = [0, 1, 2, 3, 0x22, 0x88, 0x222, 0xaaa, 0x1800, 0x6000, -1, 0x7f_ffff, 0xe_0000];
const AMOS = ['swap', 'add', 'xor', 'and', 'or', 'min', 'max', 'minu', 'maxu'];

/** Instructions of this room, in all modes; where it leads is no matter, as long as both go there. */
function program(seed: number): string {
  const below = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const register = () => pick(['zero', 'a0', 'a1', 'a2', 'a3']);
  const csr = () => {
    const form = pick(['rw', 'rs', 'rc', 'rs']);
    const immediate = below(4) === 0;
    const source = immediate ? below(32) : register();
    return `csr${form}${immediate ? 'i' : ''} ${register()}, ${pick(CSRS)}, ${source}`;
  };
  const amo = () => `amo${pick(AMOS)}.${pick(['w', 'd'])} ${register()}, ${register()}, (s0)`;
  const width = () => pick(['w', 'd']);
  const pieces: (() => string)[] = [
    csr,
    csr,
    csr,
    csr,
    () => `li ${pick(['a0', 'a1', 'a2'])}, ${pick(VALUES)}`,
    () => `li a3, ${pick(['1 << 63', '9 << 60', '1 << 61', '0x7fffffff80000000'])}`,
    amo,
    amo,
    () => `la s0, words + ${pick([0, 0, 8, 4, 4, 1])}`,
    () => `lr.${width()} a0, (s0); sc.${width()} a1, a2, (s0); sc.w a3, a0, (s0)`,
    () => pick(['ecall', 'ebreak', 'sfence.vma', 'sfence.vma a0, a1', 'sfence.vma zero, a0']),
    () => `la a1, 99f; csrw sepc, a1; sret; 99:`,
    () => `la a1, 99f; csrw mepc, a1; mret; 99:`,
    () => enter(pick(['U', 'S', 'M'])),
    () => TO_MACHINE,
    () => `rdcycle a0; rdinstret a1; rdtime a2`,
  ];
  const body = Array.from({ length: PIECES }, () => pick(pieces)());
  return `${START}
      la t0, trap_handler; csrw stvec, t0
      li t0, 0x6000; csrs mstatus, t0
      la s0, words; la s10, again
again: la s11, trap_log
      ${body.join('\n      ')}
      ${TO_MACHINE}
      j again
.balign 8
words: .dword 0x8000000080000000, -2, 5, 0
${TRAP_LOG}`;
}

describe('system instructions and atomics of the baseline', () => {
  it.each(Array.from({ length: PROGRAMS }, (_, index) => index + 1))(
    'do what those of the core do, step for step: program %i',
    async (seed) => {
      const cpu = MODELS[seed % MODELS.length] as string;
      const { core, ts } = await sideBySide(program(seed), { cpu, memory: 1 << 20 });
      for (let look = 0; look < LOOKS; look++) {
        expect(ts.run(STEPS)).toBe(core.run(STEPS));
        expect(everything(ts)).toEqual(everything(core));
      }
      expect(core.counter('exceptions')).toBeGreaterThan(5);
      expect(core.counter('slow')).toBeGreaterThan(100);
    },
  );
});
