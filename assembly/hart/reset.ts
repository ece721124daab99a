/** How a hart begins: by reset in M-mode, or in S-mode as firmware would leave it. */
import { Ext } from '../generated/ops';
import { emptyTlb, selectContexts } from '../mmu/context';
import { updateTimers } from '../vm/clock';
import { SUPERVISOR_ECALL } from './cause';
import { at, HART_STARTED, Hart, MACHINE, SUPERVISOR } from './hart';
import { requestStop, S_INTERRUPTS } from './interrupts';
import { alwaysDelegated, delegable, misaValue, resetStatus } from './model';
import { ADUE, PBMTE, STCE } from './status';

const A0: usize = 10 << 3;
const A1: usize = 11 << 3;
/** pmpcfg: locked off, NAPOT, RWX. */
const PMP_ALL_NAPOT: u64 = 0x1f;
const PMP_ALL: u64 = (1 << 54) - 1;

/** Where the hart's own state ends and what outlives a reset begins. */
const OWN_STATE: usize = offsetof<Hart>('slice');

/** Reset (Privileged 3.4): everything zero but identity and what the specification fixes. */
export function resetHart(hart: usize, vm: usize, index: u32, extensions: u64): void {
  memory.fill(hart, 0, OWN_STATE);
  const state = at(hart);
  state.vm = <u32>vm;
  state.index = index;
  state.extensions = extensions;
  state.misa = misaValue(hart);
  state.privilege = MACHINE;
  state.mstatus = resetStatus(hart);
  state.stimecmp = u64.MAX_VALUE;
  state.vstimecmp = u64.MAX_VALUE;
  state.mideleg = alwaysDelegated(hart);
  emptyTlb(hart);
  selectContexts(hart);
}

export function startMachine(hart: usize, pc: u64, a0: u64, a1: u64): void {
  at(hart).pc = pc;
  store<u64>(hart + A0, a0);
  store<u64>(hart + A1, a1);
  at(hart).state = HART_STARTED;
  updateTimers(hart);
}

/**
 * S-mode start (SBI 9.1): satp 0, sstatus.SIE 0, a0 and a1 as given; the rest as OpenSBI sets the
 * machine up: everything delegated but ecalls from S-mode, counters readable, Sstc, Svadu and Svpbmt
 * on, all memory open.
 */
export function startSupervisor(hart: usize, pc: u64, a0: u64, a1: u64): void {
  const state = at(hart);
  resetHart(hart, state.vm, state.index, state.extensions);
  state.privilege = SUPERVISOR;
  state.medeleg = delegable(hart) & ~(1 << SUPERVISOR_ECALL);
  state.mideleg |= S_INTERRUPTS;
  state.mcounteren = 7;
  state.scounteren = 7;
  if (state.extensions & Ext.SSTC) state.menvcfg |= STCE;
  if (state.extensions & Ext.SVADU) state.menvcfg |= ADUE;
  if (state.extensions & Ext.SVPBMT) state.menvcfg |= PBMTE;
  state.pmpcfg0 = PMP_ALL_NAPOT;
  state.pmpaddr0 = PMP_ALL;
  state.pc = pc;
  store<u64>(hart + A0, a0);
  store<u64>(hart + A1, a1);
  selectContexts(hart);
  updateTimers(hart);
  requestStop(hart);
}
