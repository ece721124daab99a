/** Values of the machine-level CSRs that are not simply stored (Privileged 3.1, 3.7). */
import { pair } from '../pair.js';
import { Csr } from './csr-number.js';
import { MEDELEG, MENVCFG, MSTATUS } from './csr-slot.js';
import { cycleValue, instretValue, noSuchCsr, statusHigh } from './csr-value.js';
import type { Hart } from './hart.js';

/** Registers that exist and read as zero: unimplemented event counters, anonymous ids. */
function isZero(number: number): boolean {
  if (number >= Csr.MHPMEVENT3 && number <= Csr.MHPMEVENT31) return true;
  if (number >= Csr.MHPMCOUNTER3 && number <= Csr.MHPMCOUNTER31) return true;
  if (number >= Csr.MVENDORID && number <= Csr.MIMPID) return true;
  return number === Csr.MCONFIGPTR || number === Csr.MCOUNTINHIBIT;
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
    case Csr.MSTATUS:
      return pair(hart.csr[MSTATUS], statusHigh(hart));
    case Csr.MIP:
      return pair(hart.mip | hart.lines, 0);
    case Csr.MIE:
      return pair(hart.mie, 0);
    case Csr.MEDELEG:
      return supervisor ? pair(hart.csr[MEDELEG], 0) : noSuchCsr();
    case Csr.MIDELEG:
      return supervisor ? pair(hart.mideleg, 0) : noSuchCsr();
    case Csr.MCOUNTEREN:
      return user ? pair(hart.mcounteren, 0) : noSuchCsr();
    case Csr.MENVCFG:
      return user ? pair(hart.csr[MENVCFG], hart.csr[MENVCFG + 1]) : noSuchCsr();
    case Csr.PMPCFG0:
      return pair(configs(hart, 0), configs(hart, 4));
    case Csr.PMPCFG2:
      return pair(configs(hart, 8), configs(hart, 12));
    case Csr.MCYCLE:
      return cycleValue(hart);
    case Csr.MINSTRET:
      return instretValue(hart);
    case Csr.MHARTID:
      return pair(hart.index, 0);
    default:
      return isZero(number) ? pair(0, 0) : noSuchCsr();
  }
}
