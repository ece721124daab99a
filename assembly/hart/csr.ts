/**
 * Control and status registers: who may touch which, what a read yields, what a write changes
 * (Privileged 2, 3.1, 12.1). A CSR that the CPU model lacks is an illegal instruction.
 */
import { Ext } from '../generated/ops';
import { vmTime } from '../vm/clock';
import { readMachine } from './csr-machine';
import { cycleValue, findCsr, instretValue, pcMask, statusValue } from './csr-value';
import { at, MACHINE, SUPERVISOR } from './hart';
import { pendingBits } from './interrupts';
import { COUNTEREN_TM, FS, SSTATUS_VISIBLE, STCE, TVM } from './status';

export const CSR_FFLAGS: u32 = 0x001;
export const CSR_FRM: u32 = 0x002;
export const CSR_FCSR: u32 = 0x003;
export const CSR_SSTATUS: u32 = 0x100;
export const CSR_SIE: u32 = 0x104;
export const CSR_STVEC: u32 = 0x105;
export const CSR_SCOUNTEREN: u32 = 0x106;
export const CSR_SENVCFG: u32 = 0x10a;
export const CSR_SSCRATCH: u32 = 0x140;
export const CSR_SEPC: u32 = 0x141;
export const CSR_SCAUSE: u32 = 0x142;
export const CSR_STVAL: u32 = 0x143;
export const CSR_SIP: u32 = 0x144;
export const CSR_STIMECMP: u32 = 0x14d;
export const CSR_SATP: u32 = 0x180;
export const CSR_CYCLE: u32 = 0xc00;
export const CSR_TIME: u32 = 0xc01;
export const CSR_INSTRET: u32 = 0xc02;
export const CSR_HPMCOUNTER31: u32 = 0xc1f;

/** mcounteren, and for U-mode below an S-mode scounteren (3.1.11, 12.1.5). */
function mayCount(hart: usize, bit: u32): bool {
  const privilege = at(hart).privilege;
  if (privilege === MACHINE) return true;
  if (!((at(hart).mcounteren >> bit) & 1)) return false;
  if (privilege === SUPERVISOR || !(at(hart).extensions & Ext.S)) return true;
  return ((at(hart).scounteren >> bit) & 1) !== 0;
}

/** stimecmp below M-mode needs menvcfg.STCE and mcounteren.TM (Sstc 2.2). */
function mayCompare(hart: usize): bool {
  if (!(at(hart).extensions & Ext.SSTC)) return false;
  if (at(hart).privilege === MACHINE) return true;
  return (at(hart).menvcfg & STCE) !== 0 && (at(hart).mcounteren & COUNTEREN_TM) !== 0;
}

/** Whether the hart may access CSR `number` at all: privilege, read-only, state (2.1). */
export function mayAccess(hart: usize, number: u32, write: bool): bool {
  const state = at(hart);
  if (write && number >> 10 === 3) return false;
  if (((number >> 8) & 3) > state.privilege) return false;
  if (number <= CSR_FCSR) return (state.extensions & Ext.F) !== 0 && (state.mstatus & FS) !== 0;
  if (((number >> 8) & 3) === 1 && !(state.extensions & Ext.S)) return false;
  if (number >= CSR_CYCLE && number <= CSR_HPMCOUNTER31) {
    return (state.extensions & Ext.ZICNTR) !== 0 && mayCount(hart, number & 31);
  }
  if (number === CSR_SATP) return state.privilege !== SUPERVISOR || !(state.mstatus & TVM);
  if (number === CSR_STIMECMP) return mayCompare(hart);
  return true;
}

/** Value of a CSR; sets `csrMissing` (hart/csr-value). Performs no access check. */
export function readCsr(hart: usize, number: u32): u64 {
  const state = at(hart);
  findCsr();
  switch (number) {
    case CSR_FFLAGS:
      return state.fcsr & 31;
    case CSR_FRM:
      return (state.fcsr >> 5) & 7;
    case CSR_FCSR:
      return state.fcsr;
    case CSR_SSTATUS:
      return statusValue(hart) & SSTATUS_VISIBLE;
    case CSR_SIE:
      return state.mie & state.mideleg;
    case CSR_STVEC:
      return state.stvec;
    case CSR_SCOUNTEREN:
      return state.scounteren;
    case CSR_SENVCFG:
      return state.senvcfg;
    case CSR_SSCRATCH:
      return state.sscratch;
    case CSR_SEPC:
      return state.sepc & pcMask(hart);
    case CSR_SCAUSE:
      return state.scause;
    case CSR_STVAL:
      return state.stval;
    case CSR_SIP:
      return pendingBits(hart) & state.mideleg;
    case CSR_STIMECMP:
      return state.stimecmp;
    case CSR_SATP:
      return state.satp;
    case CSR_CYCLE:
      return cycleValue(hart);
    case CSR_TIME:
      return vmTime(state.vm);
    case CSR_INSTRET:
      return instretValue(hart);
    default:
      if (number > CSR_INSTRET && number <= CSR_HPMCOUNTER31) return 0;
      return readMachine(hart, number);
  }
}
