import { type Row, row } from '../row.js';

/** M: multiplication and division (Unprivileged 12). */
export const MULTIPLY: readonly Row[] = [
  row('M', 'mul', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 0, f7: 0x01 }),
  row('M', 'mulh', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 1, f7: 0x01 }),
  row('M', 'mulhsu', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 2, f7: 0x01 }),
  row('M', 'mulhu', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 3, f7: 0x01 }),
  row('M', 'div', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 4, f7: 0x01 }),
  row('M', 'divu', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 5, f7: 0x01 }),
  row('M', 'rem', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 6, f7: 0x01 }),
  row('M', 'remu', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 7, f7: 0x01 }),
  row('M', 'mulw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 0, f7: 0x01 }),
  row('M', 'divw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 4, f7: 0x01 }),
  row('M', 'divuw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 5, f7: 0x01 }),
  row('M', 'remw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 6, f7: 0x01 }),
  row('M', 'remuw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 7, f7: 0x01 }),
];
