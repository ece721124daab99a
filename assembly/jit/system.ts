/**
 * CSR instructions: exec/slow is called for them, in the midst of the region.
 *
 * ```
 * hart.rs1, hart.pc, hart.remaining = theirs;  ended = slow(hart, code, offset)
 * rd = hart.rd; what else may have changed is loaded again
 * if ended: store the registers and leave
 * ```
 */
import { Local } from '../generated/templates';
import { Hart } from '../hart/hart';
import { put, putUnsigned } from './code';
import { leaveIfEnded } from './exit';
import { loadRegister, loadState, storeRegister } from './registers';
import { rd, readsRegister, rs1 } from './template';
import { constant32, constant64, get, memoryAccess, Wasm } from './wasm';

/** Where in the table the host layer puts `regionSlow` (jit/abi), and its type's number in each module. */
const SLOW_PLACE: u32 = 1;
const SLOW_TYPE: u32 = 1;
/**
 * Writes a CSR instruction.
 *
 * @param left steps of its block that come behind it
 */
export function writeSystem(slot: usize, offset: u32, left: u32): void {
  if (readsRegister(slot)) storeRegister(rs1(slot));
  // It is loaded again behind the call, also where that ended in a trap.
  if (rd(slot)) storeRegister(rd(slot));
  get(Local.HART);
  get(Local.PAGE);
  constant64(offset);
  put(Wasm.I64_ADD);
  memoryAccess(Wasm.I64_STORE, 3, offsetof<Hart>('pc'));
  get(Local.HART);
  get(Local.STEPS);
  constant64(left);
  put(Wasm.I64_ADD);
  memoryAccess(Wasm.I64_STORE, 3, offsetof<Hart>('remaining'));
  get(Local.HART);
  get(Local.CODE);
  constant32(offset);
  constant32(SLOW_PLACE);
  put(Wasm.CALL_INDIRECT);
  putUnsigned(SLOW_TYPE);
  put(0);
  if (rd(slot)) loadRegister(rd(slot));
  loadState();
  leaveIfEnded();
}
