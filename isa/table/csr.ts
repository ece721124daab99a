import { type Row, row } from '../row.js';

/** Zicsr: access to control and status registers (Unprivileged 6). */
export const CSR: readonly Row[] = [
  row('ZICSR', 'csrrw', 'rd,csr,rs1', 'slow', { opcode: 0x73, f3: 1 }),
  row('ZICSR', 'csrrs', 'rd,csr,rs1', 'slow', { opcode: 0x73, f3: 2 }),
  row('ZICSR', 'csrrc', 'rd,csr,rs1', 'slow', { opcode: 0x73, f3: 3 }),
  row('ZICSR', 'csrrwi', 'rd,csr,zimm', 'slow', { opcode: 0x73, f3: 5 }),
  row('ZICSR', 'csrrsi', 'rd,csr,zimm', 'slow', { opcode: 0x73, f3: 6 }),
  row('ZICSR', 'csrrci', 'rd,csr,zimm', 'slow', { opcode: 0x73, f3: 7 }),
];
