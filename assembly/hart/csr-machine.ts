/** The machine-level CSRs' values (Privileged 3.1, 3.7). */
import { Ext } from '../generated/ops';
import { PMP_ENTRIES, pmpAddress } from '../mmu/pmp';
import { cycleValue, instretValue, noSuchCsr, pcMask, statusValue } from './csr-value';
import { at } from './hart';
import { pendingBits } from './interrupts';

export const CSR_MSTATUS: u32 = 0x300;
export const CSR_MISA: u32 = 0x301;
export const CSR_MEDELEG: u32 = 0x302;
export const CSR_MIDELEG: u32 = 0x303;
export const CSR_MIE: u32 = 0x304;
export const CSR_MTVEC: u32 = 0x305;
export const CSR_MCOUNTEREN: u32 = 0x306;
export const CSR_MENVCFG: u32 = 0x30a;
export const CSR_MCOUNTINHIBIT: u32 = 0x320;
export const CSR_MHPMEVENT3: u32 = 0x323;
export const CSR_MHPMEVENT31: u32 = 0x33f;
export const CSR_MSCRATCH: u32 = 0x340;
export const CSR_MEPC: u32 = 0x341;
export const CSR_MCAUSE: u32 = 0x342;
export const CSR_MTVAL: u32 = 0x343;
export const CSR_MIP: u32 = 0x344;
export const CSR_PMPCFG0: u32 = 0x3a0;
export const CSR_PMPCFG2: u32 = 0x3a2;
export const CSR_PMPADDR0: u32 = 0x3b0;
export const CSR_MCYCLE: u32 = 0xb00;
export const CSR_MINSTRET: u32 = 0xb02;
export const CSR_MHPMCOUNTER3: u32 = 0xb03;
export const CSR_MHPMCOUNTER31: u32 = 0xb1f;
export const CSR_MVENDORID: u32 = 0xf11;
export const CSR_MARCHID: u32 = 0xf12;
export const CSR_MIMPID: u32 = 0xf13;
export const CSR_MHARTID: u32 = 0xf14;
export const CSR_MCONFIGPTR: u32 = 0xf15;

export function isPmpAddress(number: u32): bool {
  return number >= CSR_PMPADDR0 && number < CSR_PMPADDR0 + PMP_ENTRIES;
}

/** Registers that exist and read as zero: unimplemented event counters, anonymous ids. */
function isZero(number: u32): bool {
  if (number >= CSR_MHPMEVENT3 && number <= CSR_MHPMEVENT31) return true;
  if (number >= CSR_MHPMCOUNTER3 && number <= CSR_MHPMCOUNTER31) return true;
  if (number >= CSR_MVENDORID && number <= CSR_MIMPID) return true;
  return number === CSR_MCONFIGPTR || number === CSR_MCOUNTINHIBIT;
}

export function readMachine(hart: usize, number: u32): u64 {
  const state = at(hart);
  switch (number) {
    case CSR_MSTATUS:
      return statusValue(hart);
    case CSR_MISA:
      return state.misa;
    case CSR_MEDELEG:
      return state.extensions & Ext.S ? state.medeleg : noSuchCsr();
    case CSR_MIDELEG:
      return state.extensions & Ext.S ? state.mideleg : noSuchCsr();
    case CSR_MIE:
      return state.mie;
    case CSR_MTVEC:
      return state.mtvec;
    case CSR_MCOUNTEREN:
      return state.extensions & Ext.U ? state.mcounteren : noSuchCsr();
    case CSR_MENVCFG:
      return state.extensions & Ext.U ? state.menvcfg : noSuchCsr();
    case CSR_MSCRATCH:
      return state.mscratch;
    case CSR_MEPC:
      return state.mepc & pcMask(hart);
    case CSR_MCAUSE:
      return state.mcause;
    case CSR_MTVAL:
      return state.mtval;
    case CSR_MIP:
      return pendingBits(hart);
    case CSR_PMPCFG0:
      return state.pmpcfg0;
    case CSR_PMPCFG2:
      return state.pmpcfg2;
    case CSR_MCYCLE:
      return cycleValue(hart);
    case CSR_MINSTRET:
      return instretValue(hart);
    case CSR_MHARTID:
      return state.index;
    default:
      if (isPmpAddress(number)) return pmpAddress(hart, number - CSR_PMPADDR0);
      return isZero(number) ? 0 : noSuchCsr();
  }
}
