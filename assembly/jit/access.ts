/**
 * Loads, stores and atomics: the TLB's compare inline, as in the inner loop.
 *
 * ```
 * va = rs1 + imm;  entry = TLB[va]
 * if entry.tag != va & (page | size - 1) | context: leave for exec/slow
 * memory[va + entry.addend]
 * ```
 */
import { sizeOf } from '../exec/slow';
import { Op } from '../generated/ops';
import { Kind, Local } from '../generated/templates';
import {
  Hart,
  TLB_DATA_ENTRIES,
  TLB_ENTRY_SHIFT,
  TLB_READ_OFFSET,
  TLB_WRITE_OFFSET,
} from '../hart/hart';
import { PAGE_MASK, PAGE_SHIFT } from '../layout';
import { GUEST_PAGE_MASK } from '../mmu/entry';
import { put } from './code';
import { leaveIf } from './exit';
import { getX, setX } from './registers';
import { rd, rs1, rs2 } from './template';
import { constant32, constant64, get, loadField, memoryAccess, set, tee, Wasm } from './wasm';

const DATA_INDEX: u32 = (TLB_DATA_ENTRIES - 1) << TLB_ENTRY_SHIFT;

/**
 * Asks the TLB for `register + offset`, aligned as an access of `bytes` bytes must be: `entry` is where it would be,
 * and on the stack is not 0 if it is not there.
 */
export function lookUp(register: u32, offset: i32, bytes: u32, array: usize): void {
  getX(register);
  if (offset) {
    constant64(offset);
    put(Wasm.I64_ADD);
  }
  tee(Local.VA);
  put(Wasm.I32_WRAP);
  constant32(8);
  put(Wasm.I32_SHR_U);
  constant32(DATA_INDEX);
  put(Wasm.I32_AND);
  get(Local.HART);
  put(Wasm.I32_ADD);
  tee(Local.ENTRY);
  memoryAccess(Wasm.I64_LOAD, 3, array);
  get(Local.VA);
  constant64(~(<i64>PAGE_MASK) | (bytes - 1));
  put(Wasm.I64_AND);
  get(Local.CONTEXT);
  put(Wasm.I64_OR);
  put(Wasm.I64_NE);
}

/** Leaves the region unless the TLB has `rs1 + offset` for an access of `bytes` bytes; `exit` is set. */
function check(slot: usize, offset: i32, bytes: u32, array: usize): void {
  lookUp(rs1(slot), offset, bytes, array);
  leaveIf();
}

/** The linear address by the entry that `lookUp` found. */
export function address(array: usize): void {
  get(Local.VA);
  put(Wasm.I32_WRAP);
  get(Local.ENTRY);
  memoryAccess(Wasm.I32_LOAD, 2, array + 8);
  put(Wasm.I32_ADD);
}

/** A load's or store's address on the stack; its template comes behind. */
export function writeAddress(slot: usize, op: u32, kind: u32): void {
  const array = kind === Kind.LOAD ? TLB_READ_OFFSET : TLB_WRITE_OFFSET;
  check(slot, load<i32>(slot, 4), sizeOf(op), array);
  address(array);
}

/** An atomic's operand's address in the local `p`. */
export function writeAtomicAddress(slot: usize, op: u32, array: usize): void {
  check(slot, 0, op >= <u32>Op.LR_D ? 8 : 4, array);
  address(array);
  set(Local.P);
}

/** The guest-physical address of `va` on the stack. */
function guestAddress(array: usize): void {
  get(Local.ENTRY);
  memoryAccess(Wasm.I32_LOAD, 2, array + 12);
  constant32(GUEST_PAGE_MASK);
  put(Wasm.I32_AND);
  put(Wasm.I64_EXTEND_U);
  constant64(PAGE_SHIFT);
  put(Wasm.I64_SHL);
  get(Local.VA);
  constant64(PAGE_MASK);
  put(Wasm.I64_AND);
  put(Wasm.I64_OR);
}

function atomicAccess(opcode: u32, alignment: u32): void {
  put(0xfe);
  memoryAccess(opcode, alignment, 0);
}

/** LR (Unprivileged 14.2). */
export function writeLoadReserved(slot: usize, op: u32): void {
  const double = op === Op.LR_D;
  writeAtomicAddress(slot, op, TLB_READ_OFFSET);
  get(Local.HART);
  guestAddress(TLB_READ_OFFSET);
  memoryAccess(Wasm.I64_STORE, 3, offsetof<Hart>('reservation'));
  get(Local.HART);
  constant32(double ? 8 : 4);
  memoryAccess(Wasm.I32_STORE, 2, offsetof<Hart>('reservationSize'));
  get(Local.P);
  if (double) {
    atomicAccess(0x11, 3);
  } else {
    atomicAccess(0x10, 2);
    put(Wasm.I64_EXTEND_S);
  }
  if (rd(slot)) setX(rd(slot));
  else put(Wasm.DROP);
}

/** SC that finds its reservation; that it does not is exec/slow's to tell. */
export function writeStoreConditional(slot: usize, op: u32): void {
  const double = op === Op.SC_D;
  writeAtomicAddress(slot, op, TLB_WRITE_OFFSET);
  loadField(Wasm.I32_LOAD, 2, offsetof<Hart>('reservationSize'));
  constant32(double ? 8 : 4);
  put(Wasm.I32_NE);
  leaveIf();
  guestAddress(TLB_WRITE_OFFSET);
  loadField(Wasm.I64_LOAD, 3, offsetof<Hart>('reservation'));
  put(Wasm.I64_NE);
  leaveIf();
  get(Local.HART);
  constant32(0);
  memoryAccess(Wasm.I32_STORE, 2, offsetof<Hart>('reservationSize'));
  get(Local.P);
  getX(rs2(slot, Kind.STORE_CONDITIONAL));
  if (double) {
    atomicAccess(0x18, 3);
  } else {
    put(Wasm.I32_WRAP);
    atomicAccess(0x17, 2);
  }
  if (!rd(slot)) return;
  constant64(0);
  setX(rd(slot));
}
