/**
 * CSR instructions. Registers of a trap's handler, which a kernel touches in each system call, are moved inline in
 * S-mode; for all else exec/slow is called, in the midst of the region.
 *
 * ```
 * hart.rs1 = its value
 * if S-mode, and the CSR is plain: hart.rd, hart.csr = hart.csr, operand
 * else: hart.pc, hart.remaining = theirs; ended = slow(hart, code, offset); if ended: leave
 * rd = hart.rd, and what else may have changed is loaded again
 * ```
 */

import { Op } from '../generated/ops';
import { Local } from '../generated/templates';
import { CSR_SCAUSE, CSR_SEPC, CSR_SSCRATCH, CSR_STVAL } from '../hart/csr';
import { Hart, SUPERVISOR } from '../hart/hart';
import { put, putUnsigned } from './code';
import { leaveIfEnded } from './exit';
import { close, openElse, openIf } from './labels';
import { loadState, reloadAfterCall, saveForCall } from './registers';
import { hasShortInstructions } from './source';
import { isImmediate, rd, readsRegister, rs1 } from './template';
import { reads, writes } from './uses';
import { constant32, constant64, get, loadField, memoryAccess, Wasm } from './wasm';

/** Where in the table the host layer puts `regionSlow` (jit/abi), and its type's number in each module. */
const SLOW_PLACE: u32 = 1;
const SLOW_TYPE: u32 = 1;

/** Where in the hart's block a CSR is that holds any value and changes nothing else; 0 if it is no such one. */
function plainField(number: u32): usize {
  switch (number) {
    case CSR_SSCRATCH:
      return offsetof<Hart>('sscratch');
    case CSR_SCAUSE:
      return offsetof<Hart>('scause');
    case CSR_STVAL:
      return offsetof<Hart>('stval');
    case CSR_SEPC:
      // Without C its bit 1 reads as 0 (Privileged 12.1.7).
      return hasShortInstructions() ? offsetof<Hart>('sepc') : 0;
    default:
      return 0;
  }
}

/**
 * Writes a CSR instruction, whose registers were noted (jit/uses).
 *
 * @param left steps of its block that come behind it
 */
export function writeSystem(slot: usize, op: u32, offset: u32, left: u32): void {
  const number = load<u32>(slot, 4) >> 20;
  const field = plainField(number);
  const swap = op === Op.CSRRW || op === Op.CSRRWI;
  const plain = field !== 0 && (swap || !rs1(slot));
  saveForCall(reads | writes);
  if (plain) {
    // Privilege, and behind it V.
    loadField(Wasm.I64_LOAD, 3, offsetof<Hart>('privilege'));
    constant64(SUPERVISOR);
    put(Wasm.I64_EQ);
    openIf();
    move(slot, field, number === CSR_SEPC, swap);
    reloadAfterCall(writes);
    openElse();
  }
  call(offset, left);
  if (plain) close();
}

/** rd becomes the CSR's old value; with `swap` that becomes the operand's. */
function move(slot: usize, field: usize, address: bool, swap: bool): void {
  if (rd(slot)) {
    get(Local.HART);
    loadField(Wasm.I64_LOAD, 3, field);
  }
  if (swap) {
    get(Local.HART);
    if (readsRegister(slot)) loadField(Wasm.I64_LOAD, 3, (<usize>rs1(slot)) << 3);
    else constant64(isImmediate(slot) ? rs1(slot) : 0);
    if (address) {
      constant64(-2);
      put(Wasm.I64_AND);
    }
    memoryAccess(Wasm.I64_STORE, 3, field);
  }
  if (rd(slot)) memoryAccess(Wasm.I64_STORE, 3, (<usize>rd(slot)) << 3);
}

function call(offset: u32, left: u32): void {
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
  // Before the region may be left, which stores what a loop writes.
  reloadAfterCall(writes);
  loadState();
  leaveIfEnded();
}
