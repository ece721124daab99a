import { type Row, row } from '../row.js';

/** funct5 of the read-modify-write operations. */
const OPERATIONS = {
  amoswap: 0x01,
  amoadd: 0x00,
  amoxor: 0x04,
  amoand: 0x0c,
  amoor: 0x08,
  amomin: 0x10,
  amomax: 0x14,
  amominu: 0x18,
  amomaxu: 0x1c,
} as const;

/** A: atomic memory operations, any aq and rl (Unprivileged 13). */
export const ATOMIC: readonly Row[] = [['w', 2] as const, ['d', 3] as const].flatMap(
  ([suffix, f3]) => [
    row('A', `lr.${suffix}`, 'rd,(rs1)', 'slow', { opcode: 0x2f, f3, f5: 0x02, rs2: 0 }),
    row('A', `sc.${suffix}`, 'rd,rs2,(rs1)', 'slow', { opcode: 0x2f, f3, f5: 0x03 }),
    ...Object.entries(OPERATIONS).map(([name, f5]) =>
      row('A', `${name}.${suffix}`, 'rd,rs2,(rs1)', 'slow', { opcode: 0x2f, f3, f5 }),
    ),
  ],
);
