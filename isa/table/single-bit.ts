import { type Row, row } from '../row.js';

/** Zbs: single-bit instructions (Unprivileged, chapter "B"). */
export const SINGLE_BIT: readonly Row[] = [
  row('ZBS', 'bclr', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 1, f7: 0x24 }),
  row('ZBS', 'bclri', 'rd,rs1,shamt6', 'shift', { opcode: 0x13, f3: 1, f6: 0x12 }),
  row('ZBS', 'bext', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 5, f7: 0x24 }),
  row('ZBS', 'bexti', 'rd,rs1,shamt6', 'shift', { opcode: 0x13, f3: 5, f6: 0x12 }),
  row('ZBS', 'binv', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 1, f7: 0x34 }),
  row('ZBS', 'binvi', 'rd,rs1,shamt6', 'shift', { opcode: 0x13, f3: 1, f6: 0x1a }),
  row('ZBS', 'bset', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 1, f7: 0x14 }),
  row('ZBS', 'bseti', 'rd,rs1,shamt6', 'shift', { opcode: 0x13, f3: 1, f6: 0x0a }),
];
