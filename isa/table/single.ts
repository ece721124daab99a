import { type Row, row } from '../row.js';
import { floatingPointRows, moveRows } from './floating-point.js';

/** F: single-precision floating point (Unprivileged 20). */
export const SINGLE: readonly Row[] = [
  row('F', 'flw', 'fd,immI(rs1)', 'floatLoad', { opcode: 0x07, f3: 2 }),
  row('F', 'fsw', 'fs2,immS(rs1)', 'store', { opcode: 0x27, f3: 2 }),
  ...floatingPointRows('F', 0),
  ...moveRows('F', 0),
];
