/** Values of the machine-level CSRs that are not simply stored (Privileged 3.1, 3.7). */
import { pair } from '../pair.js';
import {
  CSR_MCONFIGPTR,
  CSR_MCOUNTEREN,
  CSR_MCOUNTINHIBIT,
  CSR_MCYCLE,
  CSR_MEDELEG,
  CSR_MENVCFG,
  CSR_MHARTID,
  CSR_MHPMCOUNTER3,
  CSR_MHPMCOUNTER31,
  CSR_MHPMEVENT3,
  CSR_MHPMEVENT31,
  CSR_MIDELEG,
  CSR_MIE,
  CSR_MIMPID,
  CSR_MINSTRET,
  CSR_MIP,
  CSR_MSTATUS,
  CSR_MVENDORID,
  CSR_PMPCFG0,
  CSR_PMPCFG2,
} from './csr-number.js';
import { MEDELEG, MENVCFG, MSTATUS } from './csr-slot.js';
import { cycleValue, instretValue, noSuchCsr, statusHigh } from './csr-value.js';
import type { Hart } from './hart.js';

/** Registers that exist and read as zero: unimplemented event counters, anonymous ids. */
function isZero(number: number): boolean {
  if (number >= CSR_MHPMEVENT3 && number <= CSR_MHPMEVENT31) return true;
  if (number >= CSR_MHPMCOUNTER3 && number <= CSR_MHPMCOUNTER31) return true;
  if (number >= CSR_MVENDORID && number <= CSR_MIMPID) return true;
  return number === CSR_MCONFIGPTR || number === CSR_MCOUNTINHIBIT;
}

/** Four bytes of pmpcfg from `first` on. */
function configs(hart: Hart, first: number): number {
  const bytes = hart.pmpConfig;
  return (
    bytes[first] | (bytes[first + 1] << 8) | (bytes[first + 2] << 16) | (bytes[first + 3] << 24)
  );
}

export function readMachine(hart: Hart, number: number): number {
  const { user, supervisor } = hart.model;
  switch (number) {
    case CSR_MSTATUS:
      return pair(hart.csr[MSTATUS], statusHigh(hart));
    case CSR_MIP:
      return pair(hart.mip | hart.lines, 0);
    case CSR_MIE:
      return pair(hart.mie, 0);
    case CSR_MEDELEG:
      return supervisor ? pair(hart.csr[MEDELEG], 0) : noSuchCsr();
    case CSR_MIDELEG:
      return supervisor ? pair(hart.mideleg, 0) : noSuchCsr();
    case CSR_MCOUNTEREN:
      return user ? pair(hart.mcounteren, 0) : noSuchCsr();
    case CSR_MENVCFG:
      return user ? pair(hart.csr[MENVCFG], hart.csr[MENVCFG + 1]) : noSuchCsr();
    case CSR_PMPCFG0:
      return pair(configs(hart, 0), configs(hart, 4));
    case CSR_PMPCFG2:
      return pair(configs(hart, 8), configs(hart, 12));
    case CSR_MCYCLE:
      return cycleValue(hart);
    case CSR_MINSTRET:
      return instretValue(hart);
    case CSR_MHARTID:
      return pair(hart.index, 0);
    default:
      return isZero(number) ? pair(0, 0) : noSuchCsr();
  }
}
