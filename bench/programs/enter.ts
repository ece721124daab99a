/** mstatus.MPP, and S-mode's value there; sstatus.SPP and hstatus.SPV (Privileged 3.1.6, 12.1.1, 15.2.1). */
const MPP = 3n << 11n;
const MPP_SUPERVISOR = 1n << 11n;
const SPP = 1n << 8n;
const SPV = 1n << 7n;

/** Modes below M-mode. */
export type Mode = 'U' | 'S' | 'VU' | 'VS';

/** Code that leaves M-mode; all memory may be used from then on (Privileged 3.7). */
const leaveMachine = (mpp: bigint) => `
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li t0, ${MPP}
  csrc mstatus, t0
  li t0, ${mpp}
  csrs mstatus, t0
  la t0, machine_left
  csrw mepc, t0
  mret
machine_left:`;

/** HS-mode code that goes on in VS- or VU-mode. */
const enterGuest = (change: 'csrs' | 'csrc') => `
  li t0, ${SPV}
  csrs hstatus, t0
  li t0, ${SPP}
  ${change} sstatus, t0
  la t0, guest_entered
  csrw sepc, t0
  sret
guest_entered:`;

/**
 * M-mode code that goes on in `mode`; once in a program. A guest is entered from HS-mode, as hypervisors do it
 * (and since QEMU 10 lets nobody write mstatus.MPV).
 */
export function enter(mode: Mode): string {
  if (mode === 'U') return leaveMachine(0n);
  if (mode === 'S') return leaveMachine(MPP_SUPERVISOR);
  return leaveMachine(MPP_SUPERVISOR) + enterGuest(mode === 'VS' ? 'csrs' : 'csrc');
}
