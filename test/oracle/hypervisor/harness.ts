import { assemble } from '../../../isa/assembler/assemble.js';
import { ORIGIN } from '../code.js';
import {
  COUNT_OFFSET,
  CSR_OFFSET,
  DUMP,
  DUMP_CSRS,
  LOG,
  LOG_ENTRY,
  LOG_FIELDS,
  OPERATION_FIELDS,
  OPERATION_SIZE,
  OPERATIONS,
  START_CSRS,
  WAY,
  WORLD_SIZE,
} from './world.js';

const HYPERVISOR_VECTOR = 0x4000;

const field = (name: (typeof OPERATION_FIELDS)[number]) => 8 * OPERATION_FIELDS.indexOf(name);

/** CSRs that an operation finds cleared, so that what a trap wrote can be told. */
const CLEARED = [
  ...['mcause', 'mtval', 'mtval2', 'mtinst', 'scause', 'stval', 'htval', 'htinst'],
  ...['vscause', 'vstval'],
];

const NOT_CSRS: Readonly<Record<string, number>> = { mstatus: 6, result: 10, value: 12 };

/**
 * Runs the operations of one world after the other: sets the state that an operation names, enters its stub in
 * its mode, and logs all trap CSRs when control is back in M-mode. A stub ends with ECALL, and so do the
 * handlers of HS-mode and VS-mode, which do nothing else: each mode's CSRs still tell of its trap.
 *
 * x8 to x15 are the operations'; x20 is the world, x21 the operation, x22 its log entry.
 */
const SOURCE = `
start:
  la x5, machine_trap
  csrw mtvec, x5
  li x5, -1                   # physical memory protection allows everything
  srli x5, x5, 10
  csrw pmpaddr0, x5
  li x5, 0x2004000            # no timer interrupt
  li x6, -1
  sd x6, 0(x5)
  la x20, world
  ld x20, 0(x20)
  la x24, worlds
  ld x24, 0(x24)

world_start:
  la x5, world
  sd x20, 0(x5)
  li x5, 0x1f                 # empties the TLB, with what it remembers of earlier worlds
  csrw pmpcfg0, x5
  li x5, 0x6000
  csrw mstatus, x5
${START_CSRS.map((name, n) => `  ld x5, ${CSR_OFFSET + 8 * n}(x20)\n  csrw ${name}, x5`).join('\n')}
  sfence.vma x0, x0
  hfence.vvma x0, x0
  hfence.gvma x0, x0
  fence.i
  ld x23, ${COUNT_OFFSET}(x20)
  li x21, ${OPERATIONS}
  add x21, x21, x20
  li x22, ${LOG}
  add x22, x22, x20

operation:
  la x5, below                # MRET to M-mode clears MPV, which QEMU's mstatus does not let be written
  csrw mepc, x5
  li x5, 0x1800
  csrw mstatus, x5
  lui x5, 0x80                # a change of MXR empties QEMU's TLB, where vsstatus.MXR would not
  csrs mstatus, x5
  csrc mstatus, x5
  mret
below:
  ld x28, ${field('way')}(x21)
  addi x5, x28, -${WAY.virtualMachine}
  bnez x5, state
  csrr x29, medeleg           # a trap from VS-mode sets MPV
  csrw medeleg, x0
  la x5, raised
  csrw mtvec, x5
  csrr x5, vstvec
  csrw sepc, x5
  li x5, 0x180
  csrw hstatus, x5
  csrw mstatus, x5
  sret
.balign 4
raised:
  la x5, machine_trap
  csrw mtvec, x5
  csrw medeleg, x29
state:
${CLEARED.map((name) => `  csrw ${name}, x0`).join('\n')}
  ld x5, ${field('hstatus')}(x21)
  csrw hstatus, x5
  ld x5, ${field('vsstatus')}(x21)
  csrw vsstatus, x5
  ld x5, ${field('back')}(x21)
  csrw sepc, x5
  csrw vsepc, x5
  csrw mepc, x5
  li x10, -1
  ld x11, ${field('address')}(x21)
  ld x12, ${field('value')}(x21)
  mv x2, x11
  mv x8, x11
  mv x9, x12
  ld x6, ${field('entry')}(x21)
  ld x7, ${field('mstatus')}(x21)
  addi x5, x28, -${WAY.mret}
  beqz x5, by_mret
  addi x5, x28, -${WAY.sret}
  beqz x5, by_sret
  csrw mstatus, x7            # MPRV may redirect loads from here on
  jr x6
by_mret:
  csrw mepc, x6
  csrw mstatus, x7
  mret
by_sret:
  csrw sepc, x6
  csrw mstatus, x7
  sret

.balign 4
machine_trap:
  csrr x6, mstatus
  lui x7, 0x20                # MPRV
  csrc mstatus, x7
${LOG_FIELDS.map((name, n) => {
  const own = NOT_CSRS[name];
  const read = own === undefined ? `  csrr x5, ${name}\n` : '';
  return `${read}  sd x${own ?? 5}, ${8 * n}(x22)`;
}).join('\n')}
  addi x21, x21, ${OPERATION_SIZE}
  addi x22, x22, ${LOG_ENTRY}
  addi x23, x23, -1
  bnez x23, operation

  li x6, ${DUMP}
  add x6, x6, x20
${DUMP_CSRS.map((name, n) => `  csrr x5, ${name}\n  sd x5, ${8 * n}(x6)`).join('\n')}
  li x5, ${WORLD_SIZE}
  add x20, x20, x5
  addi x24, x24, -1
  bnez x24, world_start
finish:
  li x5, 0x100000
  li x6, 0x5555
  sw x6, 0(x5)
  j finish

.balign 8
world:
  .dword 0
worlds:
  .dword 0

.org ${ORIGIN + HYPERVISOR_VECTOR}
  ecall
`;

const { bytes: CODE, symbols: SYMBOLS } = assemble(SOURCE, { origin: BigInt(ORIGIN) });

/** Where traps to HS-mode go, at the same address in each of its address spaces. */
export const HYPERVISOR_HANDLER = ORIGIN + HYPERVISOR_VECTOR;

function offsetOf(symbol: string): number {
  const address = SYMBOLS.get(symbol);
  if (address === undefined) throw new Error(`the harness has no ${symbol}`);
  return Number(address) - ORIGIN;
}

/** The harness's code, for so many worlds from offset `first` on. */
export function harness({ worlds, first }: { worlds: number; first: number }): Uint8Array {
  const placed = CODE.slice();
  const view = new DataView(placed.buffer);
  view.setBigUint64(offsetOf('world'), BigInt(ORIGIN + first), true);
  view.setBigUint64(offsetOf('worlds'), BigInt(worlds), true);
  return placed;
}

/** The offset of the world that was begun last. */
export function currentWorld(memory: Uint8Array): number {
  const view = new DataView(memory.buffer, memory.byteOffset);
  return Number(view.getBigUint64(offsetOf('world'), true)) - ORIGIN;
}
