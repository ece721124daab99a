import { enter } from '../../programs/enter.js';
import type { GuestProgram } from '../../programs/program.js';
import { buildGuestSpace } from '../../translation/guest-space.js';
import { buildSpace, SUPERVISOR_PAGE, satpOf } from '../../translation/space.js';

const CALLS = 2000;
/** Of no use here, but a space has one. */
const WINDOW = { pages: 1, frames: 1 };
/** Exceptions that are delegated (Privileged 3.1.8): calls from U-mode, and from VS-mode. */
const USER_CALL = 1 << 8;
const GUEST_CALL = 1 << 10;

const PASS = `
  li a0, 0
  li t2, ${CALLS}
1:
  ecall
  addi t2, t2, -1
  bnez t2, 1b`;

/** A handler that steps over the call and returns. */
const HANDLER = `
${SUPERVISOR_PAGE}
call_handler:
  csrr t1, sepc
  addi t1, t1, 4
  csrw sepc, t1
  addi a0, a0, 3
  sret
.balign 4096`;

const call = (name: string, setup: string, hypervisor: boolean): GuestProgram => ({
  name,
  expected: 3n * BigInt(CALLS),
  work: { each: CALLS, unit: 'M/s' },
  hypervisor,
  setup,
  pass: PASS,
  routines: HANDLER,
});

const hostSpace = (user: boolean) => `
${buildSpace(0, WINDOW, { user })}
  li t0, ${satpOf(0)}
  csrw satp, t0
  sfence.vma`;

/** Calls from U-mode to S-mode and back, under Sv39: what any kernel's system calls cost. */
export const userCall = call(
  'call',
  `
${hostSpace(true)}
  li t0, ${USER_CALL}
  csrw medeleg, t0
  la t0, call_handler
  csrw stvec, t0
${enter('U')}`,
  false,
);

/** Calls from VS-mode to HS-mode and back: Sv39 over Sv39x4 there, Sv39 here. */
export const guestExit = call(
  'vs-exit',
  `
${hostSpace(false)}
${buildGuestSpace(WINDOW)}
  li t0, ${GUEST_CALL}
  csrw medeleg, t0
  la t0, call_handler
  csrw stvec, t0
${enter('VS')}`,
  true,
);

/** Calls from VU-mode to VS-mode and back, of which no hypervisor hears. */
export const guestCall = call(
  'vs-call',
  `
${buildGuestSpace(WINDOW, { user: true })}
  li t0, ${USER_CALL}
  csrw medeleg, t0
  csrw hedeleg, t0
  la t0, call_handler
  csrw vstvec, t0
${enter('VU')}`,
  true,
);
