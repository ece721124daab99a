import { type Row, row } from '../row.js';

/** Zifencei (Unprivileged 5); reserved immediate, rs1 and rd are to be ignored. */
export const FETCH_FENCE: readonly Row[] = [
  row('ZIFENCEI', 'fence.i', '', 'slow', { opcode: 0x0f, f3: 1 }),
];
