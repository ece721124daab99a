import { type Row, row } from '../row.js';

const SYSTEM = { opcode: 0x73, f3: 0, rd: 0 } as const;

/** Trap returns, wait for interrupt, and the supervisor's fence (Privileged 3.3, 12.2). */
export const PRIVILEGED: readonly Row[] = [
  row('I', 'mret', '', 'slow', { ...SYSTEM, rs1: 0, imm12: 0x302 }),
  row('I', 'wfi', '', 'slow', { ...SYSTEM, rs1: 0, imm12: 0x105 }),
  row('S', 'sret', '', 'slow', { ...SYSTEM, rs1: 0, imm12: 0x102 }),
  row('S', 'sfence.vma', 'rs1,rs2', 'slow', { ...SYSTEM, f7: 0x09 }),
];
