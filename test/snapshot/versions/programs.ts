import { assemble } from '../../../isa/assembler/assemble.js';
import { toElf } from '../../../isa/assembler/elf.js';
import { RAM_BASE } from '../../../src/core/abi.js';
import type { VmSpec } from '../../../src/vm/spec.js';

/** A program whose end tells whether all of it went on as it was: its exit code, what it printed, its steps. */
export interface KeptProgram {
  readonly spec: VmSpec;
  /** Where it is in its midst. */
  readonly step: bigint;
}

const HEADER = `
.globl tohost
_start:
  li s11, 0x10000000
  csrr s10, mhartid
`;

/** Prints the byte in a0, then exits with the code in a1 by HTIF. */
const FOOTER = `
finish:
  sb a0, 0(s11)
  andi a1, a1, 0x7f
  slli a1, a1, 1
  ori a1, a1, 1
  la t0, tohost
  sd a1, 0(t0)
1: j 1b
.align 6
tohost: .dword 0
`;

/** Numbers from a generator go through memory, floating point, and a console that is printed on now and then. */
const NUMBERS = `${HEADER}
  li t0, 0x6000
  csrs mstatus, t0
  li s0, 0x80100000
  li s1, 88172645463325252
  li s2, 20000
  fcvt.d.l fs0, zero
1:
  slli t0, s1, 13
  xor s1, s1, t0
  srli t0, s1, 7
  xor s1, s1, t0
  slli t0, s1, 17
  xor s1, s1, t0
  li t1, 0xfff8
  and t1, s1, t1
  add t1, s0, t1
  ld t2, 0(t1)
  add t2, t2, s1
  sd t2, 0(t1)
  amoadd.d t3, s1, (s0)
  srli t4, s1, 40
  fcvt.d.l fa0, t4
  fadd.d fs0, fs0, fa0
  andi t5, s2, 0x3ff
  bnez t5, 2f
  li t6, 42
  sb t6, 0(s11)
2:
  addi s2, s2, -1
  bnez s2, 1b
  fcvt.l.d t0, fs0
  ld t1, 0(s0)
  add a1, t0, t1
  srli t2, a1, 32
  xor a1, a1, t2
  li a0, 46
  j finish
${FOOTER}`;

/** Two harts that count by turns, with timer interrupts: reservations, quanta, the CLINT. */
const HARTS = `${HEADER}
  la t0, trap
  csrw mtvec, t0
  li s0, 0x80100000
  li s4, 0x0200bff8
  li s5, 0x02004000
  slli t0, s10, 3
  add s5, s5, t0
  ld t0, 0(s4)
  addi t0, t0, 50
  sd t0, 0(s5)
  li t0, 0x80
  csrw mie, t0
  csrsi mstatus, 8
  li s2, 8000
1:
  lr.d t0, (s0)
  addi t0, t0, 1
  sc.d t1, t0, (s0)
  bnez t1, 1b
  addi s2, s2, -1
  bnez s2, 1b
  csrci mstatus, 8
  li t0, 1
  addi t1, s0, 64
  amoadd.d t2, t0, (t1)
  beqz s10, 3f
2: wfi
  j 2b
3:
  ld t2, 0(t1)
  li t3, 2
  bne t2, t3, 3b
  ld a1, 0(s0)
  ld t0, 128(s0)
  add a1, a1, t0
  li a0, 33
  j finish
.align 2
trap:
  addi sp, s0, 128
  li gp, 1
  amoadd.d tp, gp, (sp)
  ld gp, 0(s4)
  addi gp, gp, 50
  sd gp, 0(s5)
  mret
${FOOTER}`;

const bare = (source: string) => ({ bare: toElf(assemble(source, { origin: RAM_BASE })) });

/** By the name of their files. */
export const PROGRAMS: ReadonlyMap<string, KeptProgram> = new Map([
  [
    'numbers',
    { spec: { guest: bare(NUMBERS), memory: '2M', clock: 'virtual', seed: 1 }, step: 200_000n },
  ],
  [
    'harts',
    {
      spec: { guest: bare(HARTS), memory: '2M', clock: 'virtual', seed: 2, cpus: 2 },
      step: 40_000n,
    },
  ],
]);
