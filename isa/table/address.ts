import { type Row, row } from '../row.js';

/** Zba: address generation (Unprivileged, chapter "B"). */
export const ADDRESS: readonly Row[] = [
  row('ZBA', 'sh1add', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 2, f7: 0x10 }),
  row('ZBA', 'sh2add', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 4, f7: 0x10 }),
  row('ZBA', 'sh3add', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 6, f7: 0x10 }),
  row('ZBA', 'add.uw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 0, f7: 0x04 }),
  row('ZBA', 'sh1add.uw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 2, f7: 0x10 }),
  row('ZBA', 'sh2add.uw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 4, f7: 0x10 }),
  row('ZBA', 'sh3add.uw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 6, f7: 0x10 }),
  row('ZBA', 'slli.uw', 'rd,rs1,shamt6', 'shift', { opcode: 0x1b, f3: 1, f6: 0x02 }),
];
