/**
 * Jumps of a hart without C, where instructions are 4-aligned: a taken jump to another target traps
 * with the target in tval and the jump's own address in epc (Unprivileged 2.5).
 */
import { FETCH_MISALIGNED } from '../hart/cause';
import { at } from '../hart/hart';
import { raise } from '../hart/trap';
import { REDIRECT } from './outcome';

const JALR: u32 = 0x67;
const JAL: u32 = 0x6f;

function register(hart: usize, word: u32, shift: u32): u64 {
  return load<u64>(hart + ((<usize>((word >> shift) & 31)) << 3));
}

/** J-type immediate (Unprivileged 2.3). */
function jumpOffset(word: u32): u64 {
  const sign = <u32>(<i32>(word & 0x8000_0000) >> 11);
  return <u64>(
    (<i64>(<i32>(sign | (word & 0xf_f000) | ((word >> 9) & 0x800) | ((word >> 20) & 0x7fe))))
  );
}

/** B-type immediate. */
function branchOffset(word: u32): u64 {
  const sign = <u32>(<i32>(word & 0x8000_0000) >> 19);
  const low = ((word << 4) & 0x800) | ((word >> 20) & 0x7e0) | ((word >> 7) & 0x1e);
  return <u64>(<i64>(<i32>(sign | low)));
}

function isTaken(hart: usize, word: u32): bool {
  const a = register(hart, word, 15);
  const b = register(hart, word, 20);
  const invert = ((word >> 12) & 1) !== 0;
  switch ((word >> 13) & 3) {
    case 0:
      return (a === b) !== invert;
    case 2:
      return <i64>a < <i64>b !== invert;
    default:
      return a < b !== invert;
  }
}

/** Executes a jump or branch whose target is, or may be, not 4-aligned. */
export function executeJump(hart: usize, word: u32): u32 {
  const pc = at(hart).pc;
  const opcode = word & 0x7f;
  const link = opcode === JAL || opcode === JALR;
  let target = pc + 4;
  if (opcode === JALR) target = (register(hart, word, 15) + <u64>(<i64>(<i32>word >> 20))) & ~1;
  else if (opcode === JAL) target = pc + jumpOffset(word);
  else if (isTaken(hart, word)) target = pc + branchOffset(word);
  if (target & 2) {
    raise(hart, FETCH_MISALIGNED, target);
    return REDIRECT;
  }
  const rd = (<usize>((word >> 7) & 31)) << 3;
  if (link && rd) store<u64>(hart + rd, pc + 4);
  at(hart).pc = target;
  return REDIRECT;
}
