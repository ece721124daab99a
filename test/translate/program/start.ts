import { enter } from '../../core/program-parts.js';
import { SWAP_LEAF } from './changing.js';
import {
  AREA,
  CODE,
  CODE_WINDOW,
  DATA,
  DATA_SIZE,
  MSIP,
  MTIME,
  MTIMECMP,
  SHARED,
  STACK_SIZE,
  STACKS,
  SWAP,
  TABLES,
  WINDOW,
} from './layout.js';
import type { Writer } from './writer.js';

/**
 * The M-mode handler: adds cause, epc and tval of each trap to a sum; goes on behind an exception's instruction,
 * after a failed fetch at s10; ends an interrupt and sets the timer anew, to a time that depends on the sum.
 */
const HANDLER = `
.balign 4
handler:
  csrrw tp, mscratch, tp
  sd t5, 0(tp)
  sd t6, 8(tp)
  ld t6, 16(tp)
  csrr t5, mepc
  xor t6, t6, t5
  csrr t5, mtval
  add t6, t6, t5
  csrr t5, mcause
  add t6, t6, t5
  rori t6, t6, 23
  sd t6, 16(tp)
  ld t6, 24(tp)
  addi t6, t6, 1
  sd t6, 24(tp)
  bltz t5, interrupted
  li t6, 1
  beq t5, t6, unfetched
  li t6, 12
  beq t5, t6, unfetched
  li t6, ${SWAP}
  bne a7, t6, 1f
  addi t6, t5, -8
  bnez t6, 1f
  ${SWAP_LEAF}
1:
  li t6, (1 << 17) | (1 << 19)
  csrr t5, mepc
  csrs mstatus, t6
  lhu t5, 0(t5)
  csrc mstatus, t6
  andi t5, t5, 3
  addi t5, t5, -3
  seqz t5, t5
  slli t5, t5, 1
  addi t5, t5, 2
  csrr t6, mepc
  add t5, t5, t6
  csrw mepc, t5
  j out
unfetched:
  csrw mepc, s10
  j out
interrupted:
  slli t5, t5, 1
  addi t5, t5, -14
  beqz t5, timer
  ld t5, 48(tp)
  sw zero, 0(t5)
  j out
timer:
  li t6, ${MTIME}
  ld t6, 0(t6)
  addi t6, t6, 1
  ld t5, 16(tp)
  andi t5, t5, 7
  add t6, t6, t5
  ld t5, 40(tp)
  sd t6, 0(t5)
out:
  ld t5, 0(tp)
  ld t6, 8(tp)
  csrrw tp, mscratch, tp
  mret
`;

/** Address of a hart's own: base + hart × size. */
const own = (register: string, base: bigint, size: bigint) => `
  li t5, ${size}
  csrr t6, mhartid
  mul t5, t5, t6
  li ${register}, ${base}
  add ${register}, ${register}, t5
`;

/** Sets the hart up, loads its registers from its data, and goes to `main` in the program's mode. */
export function start(writer: Writer): void {
  const { mode, paged, random } = writer;
  const timers = random.oneIn(4) ? 0 : 0x80;
  const satp = (8n << 60n) | (TABLES >> 12n);
  writer.write(
    `la t5, handler
  csrw mtvec, t5
  li t5, -1
  csrw pmpaddr0, t5
  li t5, 0x1f
  csrw pmpcfg0, t5
  ${own('t0', AREA, 0x1000n)}
  csrw mscratch, t0
  li t5, -1
  csrw mcounteren, t5
  csrw scounteren, t5
  li t5, (3 << 13) | (1 << 18) | (1 << 7)
  csrs mstatus, t5
  li t5, ${timers | 8}
  csrw mie, t5
  li t5, ${random.oneIn(2) ? 1n << 61n : 0n}
  csrw menvcfg, t5
  ${own('t1', MSIP, 4n)}
  sd t1, 48(t0)
  ${own('t1', MTIMECMP, 8n)}
  sd t1, 40(t0)
  li t5, ${random.between(1, 9)}
  sd t5, 0(t1)
  ${own('sp', STACKS + STACK_SIZE - 256n, STACK_SIZE)}
  ${own('s0', DATA + DATA_SIZE / 2n, DATA_SIZE)}
  li s1, ${SHARED}
  li s7, ${WINDOW}
  la s10, main`,
  );
  if (paged) writer.write(`li t5, ${satp}`, 'csrw satp, t5');
  for (let n = 0; n < 32; n++) writer.write(`fld f${n}, ${8 * n}(s0)`);
  for (const [n, name] of ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6'].entries()) {
    writer.write(`ld ${name}, ${256 + 8 * n}(s0)`);
  }
  writer.write('la t0, main');
  if (paged) writer.write(`li t1, ${CODE_WINDOW - CODE}`, 'add t0, t0, t1');
  writer.write(enter(mode, 't0'), HANDLER);
}
