import { type Row, row } from '../row.js';

/** RV64I (Unprivileged 2, 4). */
export const BASE: readonly Row[] = [
  row('I', 'lui', 'rd,immU', 'upper', { opcode: 0x37 }),
  row('I', 'auipc', 'rd,immU', 'upper', { opcode: 0x17 }),
  row('I', 'jal', 'rd,immJ', 'jump', { opcode: 0x6f }),
  row('I', 'jalr', 'rd,immI(rs1)', 'jumpRegister', { opcode: 0x67, f3: 0 }),

  row('I', 'beq', 'rs1,rs2,immB', 'branch', { opcode: 0x63, f3: 0 }),
  row('I', 'bne', 'rs1,rs2,immB', 'branch', { opcode: 0x63, f3: 1 }),
  row('I', 'blt', 'rs1,rs2,immB', 'branch', { opcode: 0x63, f3: 4 }),
  row('I', 'bge', 'rs1,rs2,immB', 'branch', { opcode: 0x63, f3: 5 }),
  row('I', 'bltu', 'rs1,rs2,immB', 'branch', { opcode: 0x63, f3: 6 }),
  row('I', 'bgeu', 'rs1,rs2,immB', 'branch', { opcode: 0x63, f3: 7 }),

  row('I', 'lb', 'rd,immI(rs1)', 'load', { opcode: 0x03, f3: 0 }),
  row('I', 'lh', 'rd,immI(rs1)', 'load', { opcode: 0x03, f3: 1 }),
  row('I', 'lw', 'rd,immI(rs1)', 'load', { opcode: 0x03, f3: 2 }),
  row('I', 'ld', 'rd,immI(rs1)', 'load', { opcode: 0x03, f3: 3 }),
  row('I', 'lbu', 'rd,immI(rs1)', 'load', { opcode: 0x03, f3: 4 }),
  row('I', 'lhu', 'rd,immI(rs1)', 'load', { opcode: 0x03, f3: 5 }),
  row('I', 'lwu', 'rd,immI(rs1)', 'load', { opcode: 0x03, f3: 6 }),
  row('I', 'sb', 'rs2,immS(rs1)', 'store', { opcode: 0x23, f3: 0 }),
  row('I', 'sh', 'rs2,immS(rs1)', 'store', { opcode: 0x23, f3: 1 }),
  row('I', 'sw', 'rs2,immS(rs1)', 'store', { opcode: 0x23, f3: 2 }),
  row('I', 'sd', 'rs2,immS(rs1)', 'store', { opcode: 0x23, f3: 3 }),

  row('I', 'addi', 'rd,rs1,immI', 'immediate', { opcode: 0x13, f3: 0 }),
  row('I', 'slti', 'rd,rs1,immI', 'immediate', { opcode: 0x13, f3: 2 }),
  row('I', 'sltiu', 'rd,rs1,immI', 'immediate', { opcode: 0x13, f3: 3 }),
  row('I', 'xori', 'rd,rs1,immI', 'immediate', { opcode: 0x13, f3: 4 }),
  row('I', 'ori', 'rd,rs1,immI', 'immediate', { opcode: 0x13, f3: 6 }),
  row('I', 'andi', 'rd,rs1,immI', 'immediate', { opcode: 0x13, f3: 7 }),
  row('I', 'slli', 'rd,rs1,shamt6', 'shift', { opcode: 0x13, f3: 1, f6: 0x00 }),
  row('I', 'srli', 'rd,rs1,shamt6', 'shift', { opcode: 0x13, f3: 5, f6: 0x00 }),
  row('I', 'srai', 'rd,rs1,shamt6', 'shift', { opcode: 0x13, f3: 5, f6: 0x10 }),
  row('I', 'add', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 0, f7: 0x00 }),
  row('I', 'sub', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 0, f7: 0x20 }),
  row('I', 'sll', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 1, f7: 0x00 }),
  row('I', 'slt', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 2, f7: 0x00 }),
  row('I', 'sltu', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 3, f7: 0x00 }),
  row('I', 'xor', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 4, f7: 0x00 }),
  row('I', 'srl', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 5, f7: 0x00 }),
  row('I', 'sra', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 5, f7: 0x20 }),
  row('I', 'or', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 6, f7: 0x00 }),
  row('I', 'and', 'rd,rs1,rs2', 'register', { opcode: 0x33, f3: 7, f7: 0x00 }),

  row('I', 'addiw', 'rd,rs1,immI', 'immediate', { opcode: 0x1b, f3: 0 }),
  row('I', 'slliw', 'rd,rs1,shamt5', 'shift', { opcode: 0x1b, f3: 1, f7: 0x00 }),
  row('I', 'srliw', 'rd,rs1,shamt5', 'shift', { opcode: 0x1b, f3: 5, f7: 0x00 }),
  row('I', 'sraiw', 'rd,rs1,shamt5', 'shift', { opcode: 0x1b, f3: 5, f7: 0x20 }),
  row('I', 'addw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 0, f7: 0x00 }),
  row('I', 'subw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 0, f7: 0x20 }),
  row('I', 'sllw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 1, f7: 0x00 }),
  row('I', 'srlw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 5, f7: 0x00 }),
  row('I', 'sraw', 'rd,rs1,rs2', 'register', { opcode: 0x3b, f3: 5, f7: 0x20 }),

  // A hart here performs its memory accesses in program order, so every fence, fence.tso and the
  // pause hint hold already. Reserved fm, rd and rs1 are to be ignored (Unprivileged 2.7).
  row('I', 'fence', 'pred,succ', 'nop', { opcode: 0x0f, f3: 0 }),
  row('I', 'ecall', '', 'slow', { opcode: 0x73, f3: 0, rd: 0, rs1: 0, imm12: 0 }),
  row('I', 'ebreak', '', 'slow', { opcode: 0x73, f3: 0, rd: 0, rs1: 0, imm12: 1 }),
];
