/**
 * Control and status registers: what a read yields (Privileged 3.1, 12.1). Who may touch which is in
 * hart/csr-access, what a write changes in hart/csr-write. A CSR that the CPU model lacks is an illegal
 * instruction.
 */
import { vmTime } from '../vm/clock';
import { CSR_MTINST, CSR_MTVAL2, readHypervisor } from './csr-hypervisor';
import { readMachine } from './csr-machine';
import { cycleValue, findCsr, instretValue, pcMask, statusValue } from './csr-value';
import { at } from './hart';
import { pendingBits, S_INTERRUPTS } from './interrupts';
import { SSTATUS_VISIBLE } from './status';

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
      return state.mie & state.mideleg & S_INTERRUPTS;
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
      return pendingBits(hart) & state.mideleg & S_INTERRUPTS;
    case CSR_STIMECMP:
      return state.stimecmp;
    case CSR_SATP:
      return state.satp;
    case CSR_CYCLE:
      return cycleValue(hart);
    case CSR_TIME:
      return state.virtualized ? vmTime(state.vm) + state.htimedelta : vmTime(state.vm);
    case CSR_INSTRET:
      return instretValue(hart);
    default:
      if (number > CSR_INSTRET && number <= CSR_HPMCOUNTER31) return 0;
      // The hypervisor's level, and what M-mode has because of it.
      if (((number >> 8) & 3) === 2 || number === CSR_MTINST || number === CSR_MTVAL2) {
        return readHypervisor(hart, number);
      }
      return readMachine(hart, number);
  }
}
