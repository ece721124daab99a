import { type Row, row } from '../row.js';
import { floatingPointRows, formatConversion, moveRows } from './floating-point.js';

/** D: double-precision floating point (Unprivileged 21). */
export const DOUBLE: readonly Row[] = [
  row('D', 'fld', 'fd,immI(rs1)', 'floatLoad', { opcode: 0x07, f3: 3 }),
  row('D', 'fsd', 'fs2,immS(rs1)', 'store', { opcode: 0x27, f3: 3 }),
  ...floatingPointRows('D', 1),
  ...moveRows('D', 1),
  formatConversion('fcvt.s.d', 0, 1),
  formatConversion('fcvt.d.s', 1, 0),
];
