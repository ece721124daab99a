/** CSRs that are nothing but 64 bits kept: where, by number. */
import {
  CSR_MCAUSE,
  CSR_MEPC,
  CSR_MISA,
  CSR_MSCRATCH,
  CSR_MTVAL,
  CSR_MTVEC,
  CSR_NUMBERS,
  CSR_PMPADDR0,
  CSR_PMPADDR15,
  CSR_SATP,
  CSR_SCAUSE,
  CSR_SENVCFG,
  CSR_SEPC,
  CSR_SSCRATCH,
  CSR_STIMECMP,
  CSR_STVAL,
  CSR_STVEC,
} from './csr-number.js';
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
  [CSR_SSCRATCH, SSCRATCH],
  [CSR_SCAUSE, SCAUSE],
  [CSR_STVAL, STVAL],
  [CSR_MSCRATCH, MSCRATCH],
  [CSR_MCAUSE, MCAUSE],
  [CSR_MTVAL, MTVAL],
];

const LEGALIZED: readonly [number, number][] = [
  [CSR_STVEC, STVEC],
  [CSR_SENVCFG, SENVCFG],
  [CSR_SEPC, SEPC],
  [CSR_STIMECMP, STIMECMP],
  [CSR_SATP, SATP],
  [CSR_MISA, MISA],
  [CSR_MTVEC, MTVEC],
  [CSR_MEPC, MEPC],
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
for (let number = CSR_PMPADDR0; number <= CSR_PMPADDR15; number++) {
  STORED_SLOT[number] = PMPADDR + 2 * (number - CSR_PMPADDR0);
}
