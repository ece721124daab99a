import { type Row, row } from '../row.js';

/** A row of one source register: the rs2 place is part of the function code. */
function unary(name: string, opcode: number, f3: number, imm12: number): Row {
  return row('ZBB', name, 'rd,rs1', 'register', { opcode, f3, imm12 });
}

/** Zbb: basic bit manipulation (Unprivileged, chapter "B"). */
export const BIT_MANIPULATION: readonly Row[] = [
  row('ZBB', 'andn', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 7, f7: 0x20 }),
  row('ZBB', 'orn', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 6, f7: 0x20 }),
  row('ZBB', 'xnor', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 4, f7: 0x20 }),
  row('ZBB', 'min', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 4, f7: 0x05 }),
  row('ZBB', 'minu', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 5, f7: 0x05 }),
  row('ZBB', 'max', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 6, f7: 0x05 }),
  row('ZBB', 'maxu', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 7, f7: 0x05 }),
  row('ZBB', 'rol', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 1, f7: 0x30 }),
  row('ZBB', 'ror', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 5, f7: 0x30 }),
  row('ZBB', 'rori', 'rd,rs1,shamt6', 'shift', { opcode: 0x13, f3: 5, f6: 0x18 }),
  row('ZBB', 'rolw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 1, f7: 0x30 }),
  row('ZBB', 'rorw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 5, f7: 0x30 }),
  row('ZBB', 'roriw', 'rd,rs1,shamt5', 'shift', { opcode: 0x1b, f3: 5, f7: 0x30 }),
  unary('clz', 0x13, 1, 0x600),
  unary('ctz', 0x13, 1, 0x601),
  unary('cpop', 0x13, 1, 0x602),
  unary('sext.b', 0x13, 1, 0x604),
  unary('sext.h', 0x13, 1, 0x605),
  unary('orc.b', 0x13, 5, 0x287),
  unary('rev8', 0x13, 5, 0x6b8),
  unary('clzw', 0x1b, 1, 0x600),
  unary('ctzw', 0x1b, 1, 0x601),
  unary('cpopw', 0x1b, 1, 0x602),
  unary('zext.h', 0x3b, 4, 0x080),
];
