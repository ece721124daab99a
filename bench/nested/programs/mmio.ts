import { enter } from '../../programs/enter.js';
import type { GuestProgram } from '../../programs/program.js';
import { buildGuestSpace, GUEST_ABOVE, leaveOut } from '../../translation/guest-space.js';
import { buildSpace, FRAMES, PAGE, satpOf, WINDOW } from '../../translation/space.js';

const LOADS = 1000;
/** The second page of the window is the device's: the G-stage leaves it out. */
const WINDOW_OF = { pages: 2, frames: 2 };
const REGISTER = 4n;
const DEVICE = FRAMES + PAGE + REGISTER;
/** What the device's register holds. */
const CONTENT = 5n;

const LOAD_GUEST_PAGE_FAULT = 21;
const SP = 2;
const OTHERS = Array.from({ length: 31 }, (_, i) => i + 1).filter((register) => register !== SP);
const each = (instruction: string) =>
  OTHERS.map((register) => `  ${instruction} x${register}, ${8 * register}(sp)`).join('\n');

/**
 * Loads of a device's register in VS-mode, that HS-mode answers: it saves the registers, finds the guest-physical
 * address in htval and the destination in htinst (Privileged 15.6.3), and steps over the load.
 */
export const mmio: GuestProgram = {
  name: 'mmio',
  expected: CONTENT * BigInt(LOADS),
  work: { each: LOADS, unit: 'M/s' },
  hypervisor: true,
  setup: `
${buildSpace(0, WINDOW_OF)}
  li t0, ${satpOf(0)}
  csrw satp, t0
  sfence.vma
${buildGuestSpace(WINDOW_OF)}
${leaveOut(FRAMES + PAGE)}
  li t0, 1 << ${LOAD_GUEST_PAGE_FAULT}
  csrw medeleg, t0
  la t0, mmio_stack
  csrw sscratch, t0
  la t0, mmio_exit
  csrw stvec, t0
${enter('VS')}`,
  pass: `
  li a0, 0
  li a1, ${WINDOW + PAGE}
  li t2, ${LOADS}
1:
  lw t1, ${REGISTER}(a1)
  add a0, a0, t1
  addi t2, t2, -1
  bnez t2, 1b`,
  routines: `
.balign 4096
mmio_exit:
  csrrw sp, sscratch, sp
${each('sd')}
  csrr t0, sscratch
  sd t0, ${8 * SP}(sp)
  li s5, 0
  csrr s1, scause
  li t0, ${LOAD_GUEST_PAGE_FAULT}
  bne s1, t0, mmio_answer
  csrr s2, htval
  slli s2, s2, 2
  csrr s3, stval
  andi s3, s3, 3
  or s2, s2, s3
  li t0, ${DEVICE + GUEST_ABOVE}
  bne s2, t0, mmio_answer
  li s5, ${CONTENT}
mmio_answer:
  csrr s4, htinst
  srli t0, s4, 7
  andi t0, t0, 31
  slli t0, t0, 3
  add t0, t0, sp
  sd s5, 0(t0)
  andi t0, s4, 2
  addi t0, t0, 2
  csrr t1, sepc
  add t1, t1, t0
  csrw sepc, t1
${each('ld')}
  csrrw sp, sscratch, sp
  sret
.balign 4096
mmio_stack:
  .zero 256
.balign 8`,
};
