/** How a hart begins: by reset in M-mode, or in S-mode as firmware would leave it. */
import { emptyTlb, selectContexts } from '../mmu/context.js';
import { bigHigh, bigLow } from '../pair.js';
import { updateTimers } from '../vm/clock.js';
import { DELEGABLE, SUPERVISOR_ECALL } from './cause.js';
import { MEDELEG, MENVCFG, MISA, MSTATUS, MTIMECMP, PMPADDR, STIMECMP } from './csr-slot.js';
import { HART_STARTED, type Hart, MACHINE, SUPERVISOR } from './hart.js';
import { requestStop, S_INTERRUPTS } from './interrupts.js';
import { MISA_HIGH } from './model.js';
import { MSTATUS_MPP_SHIFT } from './status.js';

const A0 = 20;
const A1 = 22;
/** pmpcfg: locked off, NAPOT, RWX, over all of a pmpaddr's 54 bits. */
const PMP_ALL_NAPOT = 0x1f;
const PMP_ALL_HIGH = 0x3f_ffff;
/** cycle, time and instret. */
const ALL_COUNTERS = 7;

/** All CSRs but the CLINT's comparator, which is not the hart's own. */
function resetCsrs(hart: Hart): void {
  hart.csr.fill(0, 0, MTIMECMP);
  hart.csr.fill(0, MTIMECMP + 2);
  hart.csr[MISA] = hart.model.letters;
  hart.csr[MISA + 1] = MISA_HIGH;
  hart.csr[MSTATUS] = hart.model.leastMode << MSTATUS_MPP_SHIFT;
  hart.csr[MSTATUS + 1] = hart.model.statusHigh;
  hart.csr[STIMECMP] = -1;
  hart.csr[STIMECMP + 1] = -1;
  hart.pmpConfig.fill(0);
  hart.mcounteren = 0;
  hart.scounteren = 0;
  hart.mideleg = 0;
  hart.mie = 0;
  hart.mip = 0;
}

/**
 * Reset (Privileged 3.4): everything zero but identity and what the specification fixes. Counts, the slice
 * under way and the devices' lines stay.
 */
export function resetHart(hart: Hart): void {
  hart.x.fill(0);
  hart.f.fill(0);
  hart.pcLow = 0;
  hart.pcHigh = 0;
  hart.fcsr = 0;
  hart.privilege = MACHINE;
  hart.floatReady = 0;
  hart.floatFast = 0;
  hart.stop = 0;
  hart.state = HART_STARTED;
  hart.waiting = 0;
  hart.reservation = 0;
  hart.reservationSize = 0;
  hart.code = undefined;
  resetCsrs(hart);
  emptyTlb(hart);
  selectContexts(hart);
}

function setEntry(hart: Hart, pc: bigint, a0: bigint, a1: bigint): void {
  hart.pcLow = bigLow(pc);
  hart.pcHigh = bigHigh(pc);
  hart.x[A0] = bigLow(a0);
  hart.x[A0 + 1] = bigHigh(a0);
  hart.x[A1] = bigLow(a1);
  hart.x[A1 + 1] = bigHigh(a1);
}

/** Starts a hart in M-mode, as it was left by its reset. */
export function startMachine(hart: Hart, pc: bigint, a0: bigint, a1: bigint): void {
  setEntry(hart, pc, a0, a1);
  hart.state = HART_STARTED;
  updateTimers(hart);
}

/**
 * S-mode start (SBI 9.1): satp 0, sstatus.SIE 0, a0 and a1 as given; the rest as OpenSBI sets the
 * machine up: everything delegated but ecalls from S-mode, counters readable, Sstc, Svadu and Svpbmt
 * on, all memory open.
 */
export function startSupervisor(hart: Hart, pc: bigint, a0: bigint, a1: bigint): void {
  resetHart(hart);
  hart.privilege = SUPERVISOR;
  hart.csr[MEDELEG] = DELEGABLE & ~(1 << SUPERVISOR_ECALL);
  hart.mideleg = S_INTERRUPTS;
  hart.mcounteren = ALL_COUNTERS;
  hart.scounteren = ALL_COUNTERS;
  hart.csr[MENVCFG + 1] = hart.model.menvcfgHigh;
  hart.pmpConfig[0] = PMP_ALL_NAPOT;
  hart.csr[PMPADDR] = -1;
  hart.csr[PMPADDR + 1] = PMP_ALL_HIGH;
  setEntry(hart, pc, a0, a1);
  selectContexts(hart);
  updateTimers(hart);
  requestStop(hart);
}
