/**
 * Control and status registers: who may touch which, and what a read yields (Privileged 2, 3.1, 12.1).
 * A CSR that the CPU model lacks is an illegal instruction.
 */
import { highOf, lowOf, pair } from '../pair.js';
import { vmTime } from '../vm/clock.js';
import { readMachine } from './csr-machine.js';
import { Csr } from './csr-number.js';
import { MENVCFG, MSTATUS } from './csr-slot.js';
import { STORED_SLOT } from './csr-stored.js';
import { cycleValue, findCsr, instretValue, statusHigh } from './csr-value.js';
import { type Hart, MACHINE, SUPERVISOR } from './hart.js';
import {
  COUNTEREN_TM,
  FS,
  SSTATUS_VISIBLE,
  SSTATUS_VISIBLE_HIGH,
  STCE_HIGH,
  TVM,
} from './status.js';

export { csrMissing } from './csr-value.js';

/** mcounteren, and for U-mode below an S-mode scounteren (3.1.11, 12.1.5). */
function mayCount(hart: Hart, bit: number): boolean {
  if (hart.privilege === MACHINE) return true;
  if (((hart.mcounteren >>> bit) & 1) === 0) return false;
  if (hart.privilege === SUPERVISOR || !hart.model.supervisor) return true;
  return ((hart.scounteren >>> bit) & 1) !== 0;
}

/** stimecmp below M-mode needs menvcfg.STCE and mcounteren.TM (Sstc 2.2). */
function mayCompare(hart: Hart): boolean {
  if (!hart.model.sstc) return false;
  if (hart.privilege === MACHINE) return true;
  return (hart.csr[MENVCFG + 1] & STCE_HIGH) !== 0 && (hart.mcounteren & COUNTEREN_TM) !== 0;
}

/** Whether the hart may access CSR `number` at all: privilege, read-only, state (2.1). */
export function mayAccess(hart: Hart, number: number, write: boolean): boolean {
  const lowest = (number >>> 8) & 3;
  if (write && number >>> 10 === 3) return false;
  if (lowest > hart.privilege) return false;
  if (number <= Csr.FCSR) return hart.model.float && (hart.csr[MSTATUS] & FS) !== 0;
  if (lowest === SUPERVISOR && !hart.model.supervisor) return false;
  if (number >= Csr.CYCLE && number <= Csr.HPMCOUNTER31) {
    return hart.model.counters && mayCount(hart, number & 31);
  }
  if (number === Csr.SATP) {
    return hart.privilege !== SUPERVISOR || (hart.csr[MSTATUS] & TVM) === 0;
  }
  return number === Csr.STIMECMP ? mayCompare(hart) : true;
}

/** Value of a CSR; sets `csrMissing`. Performs no access check. */
export function readCsr(hart: Hart, number: number): number {
  findCsr();
  const slot = STORED_SLOT[number];
  if (slot >= 0) return pair(hart.csr[slot], hart.csr[slot + 1]);
  switch (number) {
    case Csr.SSTATUS:
      return pair(hart.csr[MSTATUS] & SSTATUS_VISIBLE, statusHigh(hart) & SSTATUS_VISIBLE_HIGH);
    case Csr.FFLAGS:
      return pair(hart.fcsr & 31, 0);
    case Csr.FRM:
      return pair((hart.fcsr >>> 5) & 7, 0);
    case Csr.FCSR:
      return pair(hart.fcsr, 0);
    case Csr.SIE:
      return pair(hart.mie & hart.mideleg, 0);
    case Csr.SIP:
      return pair((hart.mip | hart.lines) & hart.mideleg, 0);
    case Csr.SCOUNTEREN:
      return pair(hart.scounteren, 0);
    case Csr.CYCLE:
      return cycleValue(hart);
    case Csr.TIME: {
      const time = vmTime(hart.vm);
      return pair(lowOf(time), highOf(time));
    }
    case Csr.INSTRET:
      return instretValue(hart);
    default:
      if (number > Csr.INSTRET && number <= Csr.HPMCOUNTER31) return pair(0, 0);
      return readMachine(hart, number);
  }
}
