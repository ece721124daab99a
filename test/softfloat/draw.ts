import { operand, type Random, related } from './operands.js';
import * as reference from './reference.js';
import { F32, F64, type Format } from './reference.js';

/** What rs1 to rs3 hold as f registers, and rs1 as an x register. */
export type Operands = [a: bigint, b: bigint, c: bigint, i: bigint];

/** Operands for a row of F or D: related ones, and for rows which need more to meet their corners, near those. */
export function draw(name: string, format: Format, random: Random): Operands {
  const i = random.bits(1 + random.below(64)) << BigInt(random.below(20));
  const moved = BigInt.asUintN(64, random.below(2) === 0 ? i : BigInt(random.below(3) - 1) - i);
  let a = operand(format, random);
  const b = related(format, a, random);
  let c = related(format, b, random);
  if (/^fn?m(add|sub)/.test(name) && random.below(2) === 0) {
    c = related(format, reference.mul(format, a, b, random.below(5)).bits, random);
  } else if (name.startsWith('fsqrt') && random.below(3) === 0) {
    a = reference.mul(format, a, a, 0).bits;
  } else if (name === 'fcvt.s.d' && random.below(2) === 0) {
    // Beside binary32's numbers and the halves between them.
    const near = reference.convert(F64, F32, operand(F32, random), 0).bits;
    const offset = (BigInt(random.below(3)) << 28n) + BigInt(random.below(3) - 1);
    a = BigInt.asUintN(64, near + offset);
  }
  return [a, b, c, moved];
}
