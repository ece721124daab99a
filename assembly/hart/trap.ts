/**
 * Traps: entry, return, delegation (Privileged 3.1.6.1, 3.1.8, 3.3.2; with H 15.6).
 */
import { Ext } from '../generated/ops';
import { selectContexts } from '../mmu/context';
import { INTERRUPT, isOfAddress } from './cause';
import { pcMask } from './csr-value';
import { refreshFloat } from './float-status';
import { countGuestExit } from './guest-exit';
import { at, MACHINE, SUPERVISOR, USER } from './hart';
import { recheckInterrupts } from './interrupts';
import { leastMode } from './model';
import { bookSteps, bookTrap } from './regime';
import {
  GVA,
  HSTATUS_GVA,
  MIE,
  MPIE,
  MPP,
  MPRV,
  MPV,
  MSTATUS_MPP_SHIFT,
  SIE,
  SPIE,
  SPP,
  SPV,
  SPVP,
} from './status';

/** What a trap tells besides cause and tval: whether tval is a guest's virtual address, tval2, tinst. */
let gva: bool = false;
let tval2: u64 = 0;
let tinst: u64 = 0;

/** Vectored mode: interrupts go to base + 4 × code (Privileged 3.1.7). */
function vector(tvec: u64, cause: u64): u64 {
  const base = tvec & ~3;
  return tvec & 1 && cause & INTERRUPT ? base + (cause << 2) : base;
}

/** sstatus or vsstatus of a hart that traps out of `privilege`. */
function stacked(status: u64, privilege: u32): u64 {
  let next = status & ~(SPIE | SPP | SIE);
  if (status & SIE) next |= SPIE;
  return privilege === SUPERVISOR ? next | SPP : next;
}

/** sstatus or vsstatus after SRET. */
function unstacked(status: u64): u64 {
  const next = (status & ~(SIE | SPP)) | SPIE;
  return status & SPIE ? next | SIE : next;
}

function enterVirtual(hart: usize, cause: u64, tval: u64): void {
  const state = at(hart);
  // VS-mode knows its interrupts by the numbers of S-mode's (15.2.2).
  const own = cause & INTERRUPT ? cause - 1 : cause;
  state.vsstatus = stacked(state.vsstatus, state.privilege);
  state.vsepc = state.pc;
  state.vscause = own;
  state.vstval = tval;
  state.pc = vector(state.vstvec, own);
  state.privilege = SUPERVISOR;
}

/** What HS-mode learns of the virtual machine that was left, if one was (15.2.1, 15.6.3). */
function tellHypervisor(hart: usize): void {
  const state = at(hart);
  let status = state.hstatus & ~(SPV | HSTATUS_GVA);
  if (gva) status |= HSTATUS_GVA;
  if (state.virtualized) {
    status |= SPV;
    status = state.privilege === SUPERVISOR ? status | SPVP : status & ~SPVP;
  }
  state.hstatus = status;
  state.htval = tval2;
  state.htinst = tinst;
}

function enterSupervisor(hart: usize, cause: u64, tval: u64): void {
  const state = at(hart);
  if (state.extensions & Ext.H) tellHypervisor(hart);
  state.mstatus = stacked(state.mstatus, state.privilege);
  state.sepc = state.pc;
  state.scause = cause;
  state.stval = tval;
  state.pc = vector(state.stvec, cause);
  state.privilege = SUPERVISOR;
}

function enterMachine(hart: usize, cause: u64, tval: u64): void {
  const state = at(hart);
  let status = state.mstatus & ~(MPIE | MPP | MIE | MPV | GVA);
  if (state.mstatus & MIE) status |= MPIE;
  if (state.virtualized) status |= MPV;
  if (gva) status |= GVA;
  status |= (<u64>state.privilege) << MSTATUS_MPP_SHIFT;
  state.mstatus = status;
  if (state.extensions & Ext.H) {
    state.mtval2 = tval2;
    state.mtinst = tinst;
  }
  state.mepc = state.pc;
  state.mcause = cause;
  state.mtval = tval;
  state.pc = vector(state.mtvec, cause);
  state.privilege = MACHINE;
}

function enter(hart: usize, cause: u64, tval: u64, delegation: u64, guestDelegation: u64): void {
  const state = at(hart);
  const code = cause & 63;
  const delegated = state.privilege !== MACHINE && (delegation >> code) & 1;
  bookTrap(hart);
  if (delegated && state.virtualized && (guestDelegation >> code) & 1) {
    enterVirtual(hart, cause, tval);
  } else {
    if (state.virtualized) countGuestExit(hart, cause);
    if (delegated) enterSupervisor(hart, cause, tval);
    else enterMachine(hart, cause, tval);
    setVirtualized(hart, false);
  }
  state.unretired += 1;
  selectContexts(hart);
  recheckInterrupts(hart);
}

function setVirtualized(hart: usize, virtualized: bool): void {
  if (at(hart).virtualized === <u32>virtualized) return;
  at(hart).virtualized = virtualized ? 1 : 0;
  refreshFloat(hart);
}

/** Takes an exception at `pc`; the instruction there retired nothing, and a step is spent. */
export function raise(hart: usize, cause: u64, tval: u64): void {
  const guests = at(hart).virtualized !== 0 && isOfAddress(cause);
  raiseAccess(hart, cause, tval, guests, 0, 0);
}

/**
 * Takes an exception of an access at virtual address `va`.
 *
 * @param virtual whether the access was made with V=1
 * @param guestAddress of a guest-page fault the guest-physical address, else 0
 * @param instruction what tinst is to hold (15.6.3)
 */
export function raiseAccess(
  hart: usize,
  cause: u64,
  va: u64,
  virtual: bool,
  guestAddress: u64,
  instruction: u64,
): void {
  gva = virtual;
  tval2 = guestAddress >> 2;
  tinst = instruction;
  at(hart).exceptions += 1;
  enter(hart, cause, va, at(hart).medeleg, at(hart).hedeleg);
}

/** Takes interrupt `code` before the instruction at `pc`. */
export function interrupt(hart: usize, code: u32): void {
  gva = false;
  tval2 = 0;
  tinst = 0;
  at(hart).interrupts += 1;
  at(hart).waiting = 0;
  enter(hart, INTERRUPT | <u64>code, 0, at(hart).mideleg, at(hart).hideleg);
}

function leave(hart: usize, privilege: u32, virtualized: bool, pc: u64): void {
  const state = at(hart);
  bookSteps(hart);
  if (privilege !== MACHINE) state.mstatus &= ~MPRV;
  state.privilege = privilege;
  setVirtualized(hart, virtualized);
  state.pc = pc;
  state.reservationSize = 0;
  selectContexts(hart);
  recheckInterrupts(hart);
}

/** SRET (Privileged 3.3.2), with V=1 within the virtual machine, else into it if SPV says so (15.6.4). */
export function returnFromSupervisor(hart: usize): void {
  const state = at(hart);
  const inside = state.virtualized !== 0;
  const old = inside ? state.vsstatus : state.mstatus;
  const pc = inside ? state.vsepc : state.sepc;
  const virtualized = inside || (state.hstatus & SPV) !== 0;
  if (inside) {
    state.vsstatus = unstacked(old);
  } else {
    state.mstatus = unstacked(old);
    state.hstatus &= ~SPV;
  }
  leave(hart, old & SPP ? SUPERVISOR : USER, virtualized, pc & pcMask(hart));
}

/** MRET. */
export function returnFromMachine(hart: usize): void {
  const state = at(hart);
  const old = state.mstatus;
  const privilege = <u32>(old >> MSTATUS_MPP_SHIFT) & 3;
  let status = (old & ~(MIE | MPP | MPV)) | MPIE | (leastMode(hart) << MSTATUS_MPP_SHIFT);
  if (old & MPIE) status |= MIE;
  state.mstatus = status;
  const virtualized = privilege !== MACHINE && (old & MPV) !== 0;
  leave(hart, privilege, virtualized, state.mepc & pcMask(hart));
}
