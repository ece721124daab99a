/** Traps: entry, return, delegation (Privileged 3.1.6.1, 3.1.8, 3.3.2). */
import { selectContexts } from '../mmu/context';
import { INTERRUPT } from './cause';
import { pcMask } from './csr-value';
import { at, MACHINE, SUPERVISOR, USER } from './hart';
import { recheckInterrupts } from './interrupts';
import { leastMode } from './model';
import { MIE, MPIE, MPP, MPRV, MSTATUS_MPP_SHIFT, SIE, SPIE, SPP } from './status';

/** Vectored mode: interrupts go to base + 4 × code (Privileged 3.1.7). */
function vector(tvec: u64, cause: u64): u64 {
  const base = tvec & ~3;
  return tvec & 1 && cause & INTERRUPT ? base + (cause << 2) : base;
}

function enterSupervisor(hart: usize, cause: u64, tval: u64): void {
  const state = at(hart);
  let status = state.mstatus & ~(SPIE | SPP | SIE);
  if (state.mstatus & SIE) status |= SPIE;
  if (state.privilege === SUPERVISOR) status |= SPP;
  state.mstatus = status;
  state.sepc = state.pc;
  state.scause = cause;
  state.stval = tval;
  state.pc = vector(state.stvec, cause);
  state.privilege = SUPERVISOR;
}

function enterMachine(hart: usize, cause: u64, tval: u64): void {
  const state = at(hart);
  let status = state.mstatus & ~(MPIE | MPP | MIE);
  if (state.mstatus & MIE) status |= MPIE;
  status |= (<u64>state.privilege) << MSTATUS_MPP_SHIFT;
  state.mstatus = status;
  state.mepc = state.pc;
  state.mcause = cause;
  state.mtval = tval;
  state.pc = vector(state.mtvec, cause);
  state.privilege = MACHINE;
}

function enter(hart: usize, cause: u64, tval: u64, delegation: u64): void {
  const state = at(hart);
  const delegated = (delegation >> (cause & 63)) & 1;
  if (delegated && state.privilege !== MACHINE) enterSupervisor(hart, cause, tval);
  else enterMachine(hart, cause, tval);
  state.unretired += 1;
  selectContexts(hart);
  recheckInterrupts(hart);
}

/** Takes an exception at `pc`; the instruction there retired nothing, and a step is spent. */
export function raise(hart: usize, cause: u64, tval: u64): void {
  at(hart).exceptions += 1;
  enter(hart, cause, tval, at(hart).medeleg);
}

/** Takes interrupt `code` before the instruction at `pc`. */
export function interrupt(hart: usize, code: u32): void {
  at(hart).interrupts += 1;
  at(hart).waiting = 0;
  enter(hart, INTERRUPT | <u64>code, 0, at(hart).mideleg);
}

function leave(hart: usize, privilege: u32, pc: u64): void {
  const state = at(hart);
  if (privilege !== MACHINE) state.mstatus &= ~MPRV;
  state.privilege = privilege;
  state.pc = pc;
  state.reservationSize = 0;
  selectContexts(hart);
  recheckInterrupts(hart);
}

/** SRET (Privileged 3.3.2). */
export function returnFromSupervisor(hart: usize): void {
  const state = at(hart);
  const old = state.mstatus;
  let status = (old & ~(SIE | SPP)) | SPIE;
  if (old & SPIE) status |= SIE;
  state.mstatus = status;
  leave(hart, old & SPP ? SUPERVISOR : USER, state.sepc & pcMask(hart));
}

/** MRET. */
export function returnFromMachine(hart: usize): void {
  const state = at(hart);
  const old = state.mstatus;
  let status = (old & ~(MIE | MPP)) | MPIE | (leastMode(hart) << MSTATUS_MPP_SHIFT);
  if (old & MPIE) status |= MIE;
  state.mstatus = status;
  leave(hart, <u32>(old >> MSTATUS_MPP_SHIFT) & 3, state.mepc & pcMask(hart));
}
