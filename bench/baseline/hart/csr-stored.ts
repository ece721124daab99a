/** CSRs that are nothing but 64 bits kept: where, by number. */
import { CSR_NUMBERS, Csr } from './csr-number.js';
import {
  MCAUSE,
  MEPC,
  MISA,
  MSCRATCH,
  MTVAL,
  MTVEC,
  PMPADDR,
  SATP,
  SCAUSE,
  SENVCFG,
  SEPC,
  SSCRATCH,
  STIMECMP,
  STVAL,
  STVEC,
} from './csr-slot.js';

/** Those that also take any value that is written. */
const FREE: readonly [number, number][] = [
  [Csr.SSCRATCH, SSCRATCH],
  [Csr.SCAUSE, SCAUSE],
  [Csr.STVAL, STVAL],
  [Csr.MSCRATCH, MSCRATCH],
  [Csr.MCAUSE, MCAUSE],
  [Csr.MTVAL, MTVAL],
];

const LEGALIZED: readonly [number, number][] = [
  [Csr.STVEC, STVEC],
  [Csr.SENVCFG, SENVCFG],
  [Csr.SEPC, SEPC],
  [Csr.STIMECMP, STIMECMP],
  [Csr.SATP, SATP],
  [Csr.MISA, MISA],
  [Csr.MTVEC, MTVEC],
  [Csr.MEPC, MEPC],
];

function slots(pairs: readonly [number, number][]): Int8Array {
  const table = new Int8Array(CSR_NUMBERS).fill(-1);
  for (const [number, slot] of pairs) table[number] = slot;
  return table;
}

/** By number, the slot of a CSR that is written as it is; −1 for all others. */
export const FREE_SLOT = slots(FREE);
/** The slot of a CSR that is read as it is stored; −1 for all others. */
export const STORED_SLOT = slots([...FREE, ...LEGALIZED]);
for (let number = Csr.PMPADDR0; number <= Csr.PMPADDR15; number++) {
  STORED_SLOT[number] = PMPADDR + 2 * (number - Csr.PMPADDR0);
}
