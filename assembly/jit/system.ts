/**
 * CSR instructions: exec/slow is called for them, in the midst of the region.
 *
 * ```
 * hart.rs1, hart.pc, hart.remaining = theirs;  ended = slow(hart, code, offset)
 * rd = hart.rd; what else may have changed is loaded again
 * if ended: leave
 * ```
 */
import { Local } from '../generated/templates';
import { Hart } from '../hart/hart';
import { put, putUnsigned } from './code';
import { leaveIfEnded } from './exit';
import { loadState, reloadAfterCall, saveForCall } from './registers';
import { reads, writes } from './uses';
import { constant32, constant64, get, memoryAccess, Wasm } from './wasm';

/** Where in the table the host layer puts `regionSlow` (jit/abi), and its type's number in each module. */
const SLOW_PLACE: u32 = 1;
const SLOW_TYPE: u32 = 1;

/**
 * Writes a CSR instruction, whose registers were noted (jit/uses).
 *
 * @param left steps of its block that come behind it
 */
export function writeSystem(offset: u32, left: u32): void {
  saveForCall(reads | writes);
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
  reloadAfterCall(writes);
  loadState();
  leaveIfEnded();
}
