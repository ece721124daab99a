import { type Row, row } from '../row.js';

/** Zicond: integer conditional operations (Unprivileged, chapter "Zicond"). */
export const CONDITIONAL: readonly Row[] = [
  row('ZICOND', 'czero.eqz', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 5, f7: 0x07 }),
  row('ZICOND', 'czero.nez', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 7, f7: 0x07 }),
];
