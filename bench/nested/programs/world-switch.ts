import { enter } from '../../programs/enter.js';
import type { GuestProgram } from '../../programs/program.js';
import { buildGuestSpace } from '../../translation/guest-space.js';
import { buildSpace, satpOf } from '../../translation/space.js';

const CALLS = 1000;
/** Of no use here, but a space has one. */
const WINDOW = { pages: 1, frames: 1 };
const GUEST_CALL = 10;

/** CSRs of which the host and its guest have each their own value while they run. */
const SWAPPED = ['sstatus', 'hstatus', 'scounteren', 'stvec', 'sscratch'];
/** Registers that the host's own code wants back: those that a call keeps. */
const KEPT = [1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];
const A0 = 10;
const OTHERS = Array.from({ length: 31 }, (_, i) => i + 1).filter((register) => register !== A0);

/** A record of the guest, which a0 points to in the host: the guest's registers and CSRs, then the host's. */
const GUEST_CSR = 32 * 8;
const GUEST_PC = GUEST_CSR + 8 * SWAPPED.length;
const HOST = GUEST_PC + 8;
const HOST_CSR = HOST + 32 * 8;
const RECORD_SIZE = HOST_CSR + 8 * SWAPPED.length;

const lines = (all: readonly string[]) => all.join('\n');
const move = (instruction: string, registers: readonly number[], base: number) =>
  lines(registers.map((register) => `  ${instruction} x${register}, ${base + 8 * register}(a0)`));
const swap = (from: number, to: number) =>
  lines(
    SWAPPED.map(
      (csr, i) => `
  ld t0, ${to + 8 * i}(a0)
  csrrw t0, ${csr}, t0
  sd t0, ${from + 8 * i}(a0)`,
    ),
  );

/** HS-mode's side: out of the guest, a look at why, and into it again. */
const ROUTINES = `
.balign 4096
world_exit:
  csrrw a0, sscratch, a0
${move('sd', OTHERS, 0)}
  csrr t0, sscratch
  sd t0, ${8 * A0}(a0)
  csrw sscratch, a0
${swap(GUEST_CSR, HOST_CSR)}
  csrr t0, sepc
  sd t0, ${GUEST_PC}(a0)
${move('ld', KEPT, HOST)}
  ret

world_handle:
  csrr s1, scause
  csrr s2, stval
  csrr s3, htval
  csrr s4, htinst
  csrr s5, hvip
  csrr s6, vsie
  li t0, ${GUEST_CALL}
  bne s1, t0, world_enter
  ld t0, ${GUEST_PC}(a0)
  addi t0, t0, 4
  sd t0, ${GUEST_PC}(a0)
  ld t0, ${8 * A0}(a0)
  addi t0, t0, 3
  sd t0, ${8 * A0}(a0)
  csrw hvip, s5

world_enter:
${move('sd', KEPT, HOST)}
${swap(HOST_CSR, GUEST_CSR)}
  ld t0, ${GUEST_PC}(a0)
  csrw sepc, t0
${move('ld', OTHERS, 0)}
  ld a0, ${8 * A0}(a0)
  sret

world_lost:
  j world_lost
.balign 4096
world_record:
  .zero ${RECORD_SIZE}
.balign 8`;

/**
 * Calls from VS-mode to an HS-mode that changes worlds for each: it saves the guest's registers and swaps the CSRs that
 * Linux swaps around a run of a virtual CPU, reads why the guest came, and does it all backwards.
 */
export const worldSwitch: GuestProgram = {
  name: 'world-switch',
  expected: 3n * BigInt(CALLS),
  work: { each: CALLS, unit: 'M/s' },
  hypervisor: true,
  setup: `
${buildSpace(0, WINDOW)}
  li t0, ${satpOf(0)}
  csrw satp, t0
  sfence.vma
${buildGuestSpace(WINDOW)}
  li t0, 1 << ${GUEST_CALL}
  csrw medeleg, t0
  la a0, world_record
${lines(SWAPPED.map((csr, i) => `  csrr t0, ${csr}\n  sd t0, ${HOST_CSR + 8 * i}(a0)`))}
  la t0, world_lost
  sd t0, ${HOST_CSR + 8 * SWAPPED.indexOf('stvec')}(a0)
  la t0, world_handle
  sd t0, ${HOST + 8}(a0)
  csrw sscratch, a0
  la t0, world_exit
  csrw stvec, t0
${enter('VS')}`,
  pass: `
  li a0, 0
  li t2, ${CALLS}
1:
  ecall
  addi t2, t2, -1
  bnez t2, 1b`,
  routines: ROUTINES,
};
