/**
 * Guest registers as locals: which of them have the register's value, and when that goes to the hart's block.
 *
 * ```
 * outside of loops   loaded before the first instruction that reads it, on each way; what is written goes to the block
 *                    before anything that may leave the region, so that leaving stores nothing
 * an outermost loop  all that is used in it is loaded before it; what is written in it goes to the block where the
 *                    loop is left
 * ```
 * Ways that part and meet again keep what they had where they parted: what dominates a place was executed before it.
 */
import { FIRST_REGISTER_LOCAL, Local } from '../generated/templates';
import { F_OFFSET, Hart } from '../hart/hart';
import { NO_BLOCK } from './graph';
import { AFTER_ORDER } from './order';
import { constant64, get, loadField, memoryAccess, set, Wasm } from './wasm';

/** u8 for each register: its local. */
const LOCALS: usize = AFTER_ORDER;
export const AFTER_REGISTERS: usize = LOCALS + 64;

/** Registers whose locals have their values. */
export let available: u64 = 0;
/** Registers whose values the hart's block does not have yet, outside of loops. */
let unsaved: u64 = 0;
/** Whether the function accesses memory, or asks if floating point is on. */
let accesses: bool = false;
let floats: bool = false;
/** The outermost loop that is being written, by its head; else NO_BLOCK. */
export let loop: u32 = NO_BLOCK;

/** A function that uses these registers begins: each gets its local, integer ones first. */
export function beginRegisters(used: u64, accessing: bool, floating: bool): void {
  accesses = accessing;
  floats = floating;
  available = 0;
  unsaved = 0;
  loop = NO_BLOCK;
  let local = FIRST_REGISTER_LOCAL;
  for (let rest = used; rest; rest &= rest - 1) {
    store<u8>(LOCALS + <usize>ctz(rest), <u8>local);
    local += 1;
  }
}

/** Another place is written next: these registers are available there, and it is in that loop. */
export function goOnWith(registers: u64, outermost: u32): void {
  available = registers;
  loop = outermost;
}

export function isInLoop(): bool {
  return loop !== NO_BLOCK;
}

function localOf(register: u32): u32 {
  return load<u8>(LOCALS + <usize>register);
}

function loadRegister(register: u32): void {
  get(Local.HART);
  memoryAccess(register >= 32 ? Wasm.F64_LOAD : Wasm.I64_LOAD, 3, offsetOf(register));
  set(localOf(register));
}

/** Stores registers into the hart's block. */
export function storeRegisters(registers: u64): void {
  for (let rest = registers; rest; rest &= rest - 1) {
    const register = <u32>ctz(rest);
    get(Local.HART);
    get(localOf(register));
    memoryAccess(register >= 32 ? Wasm.F64_STORE : Wasm.I64_STORE, 3, offsetOf(register));
  }
}

/** Makes registers available, in no conditional. */
export function needRegisters(registers: u64): void {
  for (let rest = registers & ~available; rest; rest &= rest - 1) loadRegister(<u32>ctz(rest));
  available |= registers;
}

/** The value of an x register that is available. */
export function getX(register: u32): void {
  if (register) get(localOf(register));
  else constant64(0);
}

/** The value of an f register that is available. */
export function getF(register: u32): void {
  get(localOf(32 + register));
}

/** What is on the stack becomes the value of an x register other than x0; in no conditional. */
export function setX(register: u32): void {
  assign(register);
}

export function setF(register: u32): void {
  assign(32 + register);
}

function assign(register: u32): void {
  set(localOf(register));
  available |= (<u64>1) << register;
  if (!isInLoop()) unsaved |= (<u64>1) << register;
}

/** Outside of loops all registers go to the hart's block: what comes next may leave the region, or the block ends. */
export function saveRegisters(): void {
  storeRegisters(unsaved);
  unsaved = 0;
}

/** The hart's block gets what a call of exec/slow reads and writes. */
export function saveForCall(registers: u64): void {
  if (isInLoop()) storeRegisters(registers);
  else saveRegisters();
}

/**
 * Such a call wrote registers in the hart's block, whatever became of the instruction. Those that were available still
 * are: where this way meets another one they are taken to be.
 */
export function reloadAfterCall(registers: u64): void {
  const stale = available & registers;
  available &= ~stale;
  needRegisters(stale);
}

/** Loads what else of the hart the region looks at. */
export function loadState(): void {
  if (accesses) {
    loadField(Wasm.I64_LOAD, 3, offsetof<Hart>('dataContext'));
    set(Local.CONTEXT);
  }
  if (!floats) return;
  loadField(Wasm.I32_LOAD, 2, offsetof<Hart>('floatReady'));
  set(Local.FLOAT_READY);
  loadField(Wasm.I32_LOAD, 2, offsetof<Hart>('floatFast'));
  set(Local.FLOAT_FAST);
}

function offsetOf(register: u32): usize {
  return register < 32 ? (<usize>register) << 3 : F_OFFSET + ((<usize>register - 32) << 3);
}
