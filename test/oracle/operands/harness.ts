import { assemble } from '../../../isa/assembler/assemble.js';
import { ORIGIN } from '../code.js';

/** One trap in the log: cause, epc, tval, mstatus. */
export const LOG_ENTRY = 32;

/** Sets the machine up; the trap handler logs and goes on behind the instruction. */
const SOURCE = `
  la x31, trap
  csrw mtvec, x31
  la x31, state
  csrw mscratch, x31
  li x31, 0x6000              # FS = Dirty
  csrw mstatus, x31
  li x31, 7
  csrw mcounteren, x31
  csrw mie, x0
  csrw menvcfg, x0
  li x31, -1                  # no reset value is given for it (Sstc 2.1)
  csrw stimecmp, x31
  li x31, 0x2004000           # mtimecmp = 0: the timer is pending from now on
  sd x0, 0(x31)
${Array.from({ length: 32 }, (_, n) => `  fmv.d.x f${n}, x0`).join('\n')}
${Array.from({ length: 31 }, (_, n) => `  li x${n + 1}, 0`).join('\n')}
  la x31, code
  ld x31, 0(x31)
  jr x31

finish:
  li x31, 0x100000
  li x30, 0x5555
  sw x30, 0(x31)
  j finish

.balign 4
trap:
  csrrw x31, mscratch, x31
  sd x30, 8(x31)
  sd x29, 16(x31)
  ld x30, 0(x31)
  csrr x29, mcause
  sd x29, 0(x30)
  csrr x29, mepc
  sd x29, 8(x30)
  csrr x29, mtval
  sd x29, 16(x30)
  csrr x29, mstatus
  sd x29, 24(x30)
  addi x30, x30, ${LOG_ENTRY}
  sd x30, 0(x31)
  csrr x29, mepc
  lhu x30, 0(x29)
  andi x30, x30, 3
  addi x29, x29, 2
  addi x30, x30, -3           # both low bits set: four bytes
  bnez x30, 1f
  addi x29, x29, 2
1:
  csrw mepc, x29
  ld x30, 8(x31)
  ld x29, 16(x31)
  csrrw x31, mscratch, x31
  mret

.balign 8
state:
  .dword 0, 0, 0              # where the log goes on; x30; x29
code:
  .dword 0
`;

const { bytes: CODE, symbols: SYMBOLS } = assemble(SOURCE, { origin: BigInt(ORIGIN) });

function offsetOf(symbol: string): number {
  const address = SYMBOLS.get(symbol);
  if (address === undefined) throw new Error(`the harness has no ${symbol}`);
  return Number(address) - ORIGIN;
}

/** Where a program jumps to when it is done. */
export const FINISH = offsetOf('finish');

/** The harness for cases that begin at offset `code` and traps that are logged from offset `log` on. */
export function harness({ code, log }: { code: number; log: number }): Uint8Array {
  if (CODE.length > code) throw new Error('the harness has outgrown its place');
  const placed = CODE.slice();
  const view = new DataView(placed.buffer);
  view.setBigUint64(offsetOf('code'), BigInt(ORIGIN + code), true);
  view.setBigUint64(offsetOf('state'), BigInt(ORIGIN + log), true);
  return placed;
}

/** The offset behind the last logged trap. */
export function logEnd(memory: DataView): number {
  return Number(memory.getBigUint64(offsetOf('state'), true)) - ORIGIN;
}
