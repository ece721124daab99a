import { assemble } from '../../../isa/assembler/assemble.js';
import { ORIGIN } from '../code.js';
import {
  BLOCK_SIZE,
  CSR_OFFSET,
  DUMP,
  DUMP_CSRS,
  F_OFFSET,
  HARNESS_SIZE,
  MACHINE_LOG,
  MSIP_OFFSET,
  MTIMECMP_OFFSET,
  START,
  START_CSRS,
  SUPERVISOR_LOG,
  X_OFFSET,
} from './block.js';

/** Where mtvec and stvec of a program may point; bit 0 chooses vectored mode. */
export const MACHINE_VECTOR = 0x100;
export const SUPERVISOR_VECTOR = 0x1_0000;

/** Registers that belong to the harness; x1 and x29 have a meaning in random code. */
export const HARNESS_REGISTERS = [30, 31] as const;

const lines = (count: number, line: (n: number) => string, first = 0) =>
  Array.from({ length: count }, (_, n) => line(n + first)).join('\n');

/**
 * Starts each program with the state that its block names, and logs its traps.
 *
 * Both handlers go on behind the trapped word; after a failed fetch (causes 1 and 12), whose epc leads
 * nowhere, at the return address of the jump; after an interrupt where it came, with that interrupt
 * disabled. An exception that finds the log all but full, or one in the block's last word, ends the
 * program. They leave x30 = 0 and x31 = 1. After an interrupt they clear the cause, since of several
 * pending ones QEMU takes the lowest-numbered first (see deviations).
 */
const SOURCE = `
start:
  j reset

.org ${ORIGIN + MACHINE_VECTOR}
machine_vector:
${lines(16, () => '  j machine_trap')}

machine_trap:
  lui x30, 0x20               # MPRV must not redirect the handler's own accesses
  csrrc x31, mstatus, x30
  csrr x30, mscratch
  sd x31, 24(x30)
  csrr x31, mcause
  sd x31, 0(x30)
  csrr x31, mepc
  sd x31, 8(x30)
  csrr x31, mtval
  sd x31, 16(x30)
  addi x30, x30, 32
  csrw mscratch, x30
  csrr x31, mcause
  bltz x31, machine_interrupt
  slli x30, x30, 51
  srli x30, x30, 59
  addi x30, x30, -31
  beqz x30, machine_done
  addi x31, x31, -1
  beqz x31, machine_lost
  addi x31, x31, -11
  beqz x31, machine_lost
  csrr x31, mepc
  andi x31, x31, -4
  addi x31, x31, 4
  csrw mepc, x31
  slli x31, x31, 48
  beqz x31, machine_done
  j machine_return
machine_lost:
  csrw mepc, x1
  j machine_return
machine_interrupt:
  slli x31, x31, 1
  srli x31, x31, 1
  li x30, 1
  sll x30, x30, x31
  csrc mie, x30
  csrw mcause, x0
machine_return:
  csrr x30, mscratch
  ld x31, -8(x30)
  lui x30, 0x20
  and x31, x31, x30
  csrs mstatus, x31
  li x30, 0
  li x31, 1
  mret
machine_done:
  j program_end

program_end:
  li x30, 0x6000
  csrs mstatus, x30
  la x30, block
  ld x31, 0(x30)
  li x30, ${DUMP}
  add x31, x31, x30
${lines(29, (n) => `  sd x${n}, ${X_OFFSET + 8 * n}(x31)`, 1)}
${lines(32, (n) => `  fsd f${n}, ${F_OFFSET + 8 * n}(x31)`)}
${DUMP_CSRS.map((name, n) => `  csrr x30, ${name}\n  sd x30, ${CSR_OFFSET + 8 * n}(x31)`).join('\n')}
  la x30, block
  ld x31, 0(x30)
  li x29, ${BLOCK_SIZE}
  add x31, x31, x29
  sd x31, 0(x30)
  ld x31, 8(x30)
  addi x31, x31, -1
  sd x31, 8(x30)
  bnez x31, program_start
finish:
  li x31, 0x100000
  li x30, 0x5555
  sw x30, 0(x31)
  j finish

reset:
  la x30, machine_vector
  csrw mtvec, x30
program_start:
  la x30, block
  ld x31, 0(x30)
  li x30, ${MACHINE_LOG}
  add x30, x31, x30
  csrw mscratch, x30
  li x30, ${SUPERVISOR_LOG}
  add x30, x31, x30
  csrw sscratch, x30
  li x30, ${START}
  add x31, x31, x30
  li x30, 0x6000
  csrw mstatus, x30
  li x29, 0x2000000
  ld x30, ${MSIP_OFFSET}(x31)
  sw x30, 0(x29)
  li x29, 0x2004000
  ld x30, ${MTIMECMP_OFFSET}(x31)
  sd x30, 0(x29)
${lines(32, (n) => `  fld f${n}, ${F_OFFSET + 8 * n}(x31)`)}
${START_CSRS.map((name, n) => `  ld x30, ${CSR_OFFSET + 8 * n}(x31)\n  csrw ${name}, x30`).join('\n')}
  sfence.vma x0, x0
  fence.i
  ld x30, ${CSR_OFFSET + 8 * START_CSRS.length}(x31)
${lines(29, (n) => `  ld x${n}, ${X_OFFSET + 8 * n}(x31)`, 1)}
  csrw mstatus, x30           # last of all: with MPRV it redirects loads
  li x30, 0
  li x31, 1
  mret

.balign 8
block:
  .dword 0
programs:
  .dword 0

.org ${ORIGIN + SUPERVISOR_VECTOR}
supervisor_vector:
${lines(16, () => '  j supervisor_trap')}

supervisor_trap:
  csrr x30, sscratch
  csrr x31, scause
  sd x31, 0(x30)
  csrr x31, sepc
  sd x31, 8(x30)
  csrr x31, stval
  sd x31, 16(x30)
  csrr x31, sstatus
  sd x31, 24(x30)
  addi x30, x30, 32
  csrw sscratch, x30
  csrr x31, scause
  bltz x31, supervisor_interrupt
  slli x30, x30, 51
  srli x30, x30, 59
  addi x30, x30, -31
  beqz x30, supervisor_done
  addi x31, x31, -1
  beqz x31, supervisor_lost
  addi x31, x31, -11
  beqz x31, supervisor_lost
  csrr x31, sepc
  andi x31, x31, -4
  addi x31, x31, 4
  csrw sepc, x31
  slli x31, x31, 48
  beqz x31, supervisor_done
  j supervisor_return
supervisor_lost:
  csrw sepc, x1
  j supervisor_return
supervisor_interrupt:
  slli x31, x31, 1
  srli x31, x31, 1
  li x30, 1
  sll x30, x30, x31
  csrc sie, x30
  csrw scause, x0
supervisor_return:
  li x30, 0
  li x31, 1
  sret
supervisor_done:
  j supervisor_end            # also where SRET traps (TSR)

.org ${ORIGIN + HARNESS_SIZE - 4}
supervisor_end:
  ecall
`;

const { bytes: CODE, symbols: SYMBOLS } = assemble(SOURCE, { origin: BigInt(ORIGIN) });

function offsetOf(symbol: string): number {
  const address = SYMBOLS.get(symbol);
  if (address === undefined) throw new Error(`the harness has no ${symbol}`);
  return Number(address) - ORIGIN;
}

/** The harness's code, for a chain of programs that begins at offset `block`. */
export function harness(chain: { programs: number; block: number }): Uint8Array {
  const placed = CODE.slice();
  const view = new DataView(placed.buffer);
  view.setBigUint64(offsetOf('block'), BigInt(ORIGIN + chain.block), true);
  view.setBigUint64(offsetOf('programs'), BigInt(chain.programs), true);
  return placed;
}

/** The offset of the block whose program ran last. */
export function currentBlock(memory: Uint8Array): number {
  const view = new DataView(memory.buffer, memory.byteOffset);
  return Number(view.getBigUint64(offsetOf('block'), true)) - ORIGIN;
}
