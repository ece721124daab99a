/** Traps: entry, return, delegation (Privileged 3.1.6.1, 3.1.8, 3.3.2). */
import { selectContexts } from '../mmu/context.js';
import { INTERRUPT_HIGH } from './cause.js';
import {
  MCAUSE,
  MEDELEG,
  MEPC,
  MSTATUS,
  MTVAL,
  MTVEC,
  SCAUSE,
  SEPC,
  STVAL,
  STVEC,
} from './csr-slot.js';
import { type Hart, MACHINE, SUPERVISOR, USER } from './hart.js';
import { recheckInterrupts } from './interrupts.js';
import { bookSteps, bookTrap } from './regime.js';
import { MIE, MPIE, MPP, MPRV, MSTATUS_MPP_SHIFT, SIE, SPIE, SPP } from './status.js';

/** Goes where tvec, at `slot`, says: in vectored mode interrupts to base + 4 × code (Privileged 3.1.7). */
function enterVector(hart: Hart, slot: number, cause: number, isInterrupt: boolean): void {
  const low = hart.csr[slot];
  const base = low & ~3;
  const pc = (low & 1) !== 0 && isInterrupt ? (base + (cause << 2)) | 0 : base;
  hart.pcLow = pc;
  hart.pcHigh = pc >>> 0 < base >>> 0 ? (hart.csr[slot + 1] + 1) | 0 : hart.csr[slot + 1];
}

function enterSupervisor(
  hart: Hart,
  cause: number,
  isInterrupt: boolean,
  tvalLow: number,
  tvalHigh: number,
): void {
  const csr = hart.csr;
  const old = csr[MSTATUS];
  let status = old & ~(SPIE | SPP | SIE);
  if ((old & SIE) !== 0) status |= SPIE;
  if (hart.privilege === SUPERVISOR) status |= SPP;
  csr[MSTATUS] = status;
  csr[SEPC] = hart.pcLow & hart.model.pcMask;
  csr[SEPC + 1] = hart.pcHigh;
  csr[SCAUSE] = cause;
  csr[SCAUSE + 1] = isInterrupt ? INTERRUPT_HIGH : 0;
  csr[STVAL] = tvalLow;
  csr[STVAL + 1] = tvalHigh;
  enterVector(hart, STVEC, cause, isInterrupt);
  hart.privilege = SUPERVISOR;
}

function enterMachine(
  hart: Hart,
  cause: number,
  isInterrupt: boolean,
  tvalLow: number,
  tvalHigh: number,
): void {
  const csr = hart.csr;
  const old = csr[MSTATUS];
  let status = old & ~(MPIE | MPP | MIE);
  if ((old & MIE) !== 0) status |= MPIE;
  csr[MSTATUS] = status | (hart.privilege << MSTATUS_MPP_SHIFT);
  csr[MEPC] = hart.pcLow & hart.model.pcMask;
  csr[MEPC + 1] = hart.pcHigh;
  csr[MCAUSE] = cause;
  csr[MCAUSE + 1] = isInterrupt ? INTERRUPT_HIGH : 0;
  csr[MTVAL] = tvalLow;
  csr[MTVAL + 1] = tvalHigh;
  enterVector(hart, MTVEC, cause, isInterrupt);
  hart.privilege = MACHINE;
}

/** Takes an exception at pc; the instruction there retired nothing, and a step is spent. */
export function raise(hart: Hart, cause: number, tvalLow: number, tvalHigh: number): void {
  bookTrap(hart);
  hart.exceptions += 1;
  hart.unretired += 1;
  if (((hart.csr[MEDELEG] >>> cause) & 1) !== 0 && hart.privilege !== MACHINE) {
    enterSupervisor(hart, cause, false, tvalLow, tvalHigh);
  } else {
    enterMachine(hart, cause, false, tvalLow, tvalHigh);
  }
  selectContexts(hart);
  recheckInterrupts(hart);
}

/** Takes interrupt `code` before the instruction at pc. */
export function interrupt(hart: Hart, code: number): void {
  bookTrap(hart);
  hart.interrupts += 1;
  hart.unretired += 1;
  hart.waiting = 0;
  if (((hart.mideleg >>> code) & 1) !== 0 && hart.privilege !== MACHINE) {
    enterSupervisor(hart, code, true, 0, 0);
  } else {
    enterMachine(hart, code, true, 0, 0);
  }
  selectContexts(hart);
  recheckInterrupts(hart);
}

/** Back to where epc, at `slot`, says; epc is kept as the model lets it be read. */
function leave(hart: Hart, privilege: number, slot: number): void {
  bookSteps(hart);
  if (privilege !== MACHINE) hart.csr[MSTATUS] &= ~MPRV;
  hart.privilege = privilege;
  hart.pcLow = hart.csr[slot];
  hart.pcHigh = hart.csr[slot + 1];
  hart.reservationSize = 0;
  selectContexts(hart);
  recheckInterrupts(hart);
}

/** SRET (Privileged 3.3.2). */
export function returnFromSupervisor(hart: Hart): void {
  const old = hart.csr[MSTATUS];
  let status = (old & ~(SIE | SPP)) | SPIE;
  if ((old & SPIE) !== 0) status |= SIE;
  hart.csr[MSTATUS] = status;
  leave(hart, (old & SPP) !== 0 ? SUPERVISOR : USER, SEPC);
}

/** MRET. */
export function returnFromMachine(hart: Hart): void {
  const old = hart.csr[MSTATUS];
  let status = (old & ~(MIE | MPP)) | MPIE | (hart.model.leastMode << MSTATUS_MPP_SHIFT);
  if ((old & MPIE) !== 0) status |= MIE;
  hart.csr[MSTATUS] = status;
  leave(hart, (old >>> MSTATUS_MPP_SHIFT) & 3, MEPC);
}
