/**
 * Who may touch which CSR (Privileged 2.1, 3.1, 12.1, 15.2, 15.6.1). What HS-mode may and a virtual machine
 * may not is a virtual-instruction exception, so that its hypervisor can emulate it; all else that is not allowed
 * is an illegal instruction.
 */
import { Ext } from '../generated/ops';
import { CSR_CYCLE, CSR_FCSR, CSR_HPMCOUNTER31, CSR_SATP, CSR_STIMECMP } from './csr';
import { CSR_HGATP, CSR_VSTIMECMP } from './csr-hypervisor';
import { isFloatOn } from './float-status';
import { at, MACHINE, SUPERVISOR, USER } from './hart';
import { COUNTEREN_TM, STCE, TVM, VTVM } from './status';

export const ALLOWED: u32 = 0;
export const DENIED: u32 = 1;
/** Allowed to HS-mode, if the register exists. */
export const DENIED_TO_GUEST: u32 = 2;

/** Levels of CSRs, by bits 9 and 8 of their numbers. */
const LEVEL_USER: u32 = 0;
const LEVEL_SUPERVISOR: u32 = 1;
const LEVEL_MACHINE: u32 = 3;

/** mcounteren; of a virtual machine hcounteren; in U-mode below an S-mode scounteren (3.1.11, 12.1.5, 15.2.6). */
function counterAccess(hart: usize, bit: u32): u32 {
  const state = at(hart);
  if (state.privilege === MACHINE) return ALLOWED;
  if (!((state.mcounteren >> bit) & 1)) return DENIED;
  if (state.virtualized && !((state.hcounteren >> bit) & 1)) return DENIED_TO_GUEST;
  if (state.privilege === SUPERVISOR || !(state.extensions & Ext.S)) return ALLOWED;
  if ((state.scounteren >> bit) & 1) return ALLOWED;
  return state.virtualized ? DENIED_TO_GUEST : DENIED;
}

/** stimecmp and vstimecmp below M-mode need menvcfg.STCE and mcounteren.TM (Sstc 2.2, 3.2). */
function timerAccess(hart: usize, number: u32): u32 {
  const state = at(hart);
  if (!(state.extensions & Ext.SSTC)) return DENIED;
  if (state.privilege === MACHINE) return ALLOWED;
  if (!(state.menvcfg & STCE) || !(state.mcounteren & COUNTEREN_TM)) return DENIED;
  if (!state.virtualized) return ALLOWED;
  if (number === CSR_VSTIMECMP || state.privilege === USER) return DENIED_TO_GUEST;
  const granted = (state.henvcfg & STCE) !== 0 && (state.hcounteren & COUNTEREN_TM) !== 0;
  return granted ? ALLOWED : DENIED_TO_GUEST;
}

/** satp under TVM, or in VS-mode, where it is vsatp, under VTVM. */
function rootAccess(hart: usize): u32 {
  const state = at(hart);
  if (state.privilege === MACHINE) return ALLOWED;
  if (!state.virtualized) return state.mstatus & TVM ? DENIED : ALLOWED;
  return state.privilege === USER || state.hstatus & VTVM ? DENIED_TO_GUEST : ALLOWED;
}

function hypervisorAccess(hart: usize, number: u32): u32 {
  const state = at(hart);
  if (!(state.extensions & Ext.H)) return DENIED;
  if (number === CSR_VSTIMECMP) {
    const verdict = timerAccess(hart, number);
    if (verdict !== ALLOWED) return verdict;
  }
  if (state.virtualized) return DENIED_TO_GUEST;
  if (state.privilege === USER) return DENIED;
  const trapped = number === CSR_HGATP && state.privilege === SUPERVISOR && state.mstatus & TVM;
  return trapped ? DENIED : ALLOWED;
}

function supervisorAccess(hart: usize, number: u32): u32 {
  const state = at(hart);
  if (!(state.extensions & Ext.S)) return DENIED;
  if (state.privilege === USER && !state.virtualized) return DENIED;
  if (number === CSR_STIMECMP) return timerAccess(hart, number);
  if (number === CSR_SATP) return rootAccess(hart);
  return state.privilege === USER ? DENIED_TO_GUEST : ALLOWED;
}

function userAccess(hart: usize, number: u32): u32 {
  if (number <= CSR_FCSR) {
    return at(hart).extensions & Ext.F && isFloatOn(hart) ? ALLOWED : DENIED;
  }
  if (number < CSR_CYCLE || number > CSR_HPMCOUNTER31) return ALLOWED;
  return at(hart).extensions & Ext.ZICNTR ? counterAccess(hart, number & 31) : DENIED;
}

/** Whether the hart may access CSR `number` at all: privilege, read-only, state. */
export function csrAccess(hart: usize, number: u32, write: bool): u32 {
  if (write && number >> 10 === 3) return DENIED;
  const level = (number >> 8) & 3;
  if (level === LEVEL_MACHINE) return at(hart).privilege === MACHINE ? ALLOWED : DENIED;
  if (level === LEVEL_USER) return userAccess(hart, number);
  if (level === LEVEL_SUPERVISOR) return supervisorAccess(hart, number);
  return hypervisorAccess(hart, number);
}
