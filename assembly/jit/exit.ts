/**
 * Leaving a region. Every way out sets the local `exit` and branches to one place, where what is to follow is told
 * apart; the registers are in the hart's block by then (jit/registers).
 *
 * ```
 * exit = offset in the page | steps to give back << 12 | way << 24
 * LEFT_REGION  pc = page + offset; remaining = steps + those given back; a region there is called as the last act
 * LEFT_SLOW, LEFT_SPENT  the same, and the caller sees to the instruction there
 * LEFT_PAGE    va = where to go; the fetch TLB is asked, as by the inner loop; a region there is called
 * CALLED       exec/slow was called and the region must not go on: all but registers is in the hart's block
 * ```
 */
import { Op } from '../generated/ops';
import { Local } from '../generated/templates';
import { Hart, TLB_ENTRY_SHIFT, TLB_FETCH_ENTRIES, TLB_FETCH_OFFSET } from '../hart/hart';
import { PAGE_MASK } from '../layout';
import { put } from './code';
import { LEFT_PAGE, LEFT_REGION, LEFT_SLOW } from './enter';
import { branch, OUT_OF_LOOP, TO_EXIT } from './labels';
import { isInLoop, saveRegisters } from './registers';
import { translator } from './state';
import {
  constant32,
  constant64,
  get,
  loadField,
  memoryAccess,
  NO_RESULT,
  set,
  tee,
  Wasm,
} from './wasm';

const GIVEN_BACK_SHIFT: u32 = 12;
const RESULT_SHIFT: u32 = 24;
/** A block has 2,048 instructions at most: a page of two-byte ones. */
const GIVEN_BACK_MASK: u32 = 0xfff;
const FETCH_INDEX: u32 = (TLB_FETCH_ENTRIES - 1) << TLB_ENTRY_SHIFT;
const PAGE_BITS: i64 = ~(<i64>PAGE_MASK);

/** A way out besides the LEFT_ ones. */
const CALLED: u32 = 4;

/** Which ways out the function has that not all have. */
let far: bool = false;
let called: bool = false;

/** A function begins. */
export function beginExits(): void {
  far = false;
  called = false;
}

function branchOut(opcode: u32): void {
  branch(opcode, isInLoop() ? OUT_OF_LOOP : TO_EXIT);
}

/** Sets `exit` for what may leave the region next. */
export function prepareExit(offset: u32, givenBack: u32, result: u32): void {
  saveRegisters();
  constant32(offset | (givenBack << GIVEN_BACK_SHIFT) | (result << RESULT_SHIFT));
  set(Local.EXIT);
}

/** Leaves the region, with `exit` set, if what is on the stack is not 0. */
export function leaveIf(): void {
  branchOut(Wasm.BR_IF);
}

/** Goes on at an offset from the page's begin, outside the region. */
export function leaveTo(offset: i32): void {
  if (<u32>offset <= PAGE_MASK) {
    prepareExit(offset, 0, LEFT_REGION);
    branchOut(Wasm.BR);
    return;
  }
  get(Local.PAGE);
  constant64(offset);
  put(Wasm.I64_ADD);
  set(Local.VA);
  leaveFar();
}

/** Goes on at the address in `va`. */
export function leaveFar(): void {
  far = true;
  prepareExit(0, 0, LEFT_PAGE);
  branchOut(Wasm.BR);
}

/** Leaves the region, for which exec/slow was called, if what is on the stack is not 0. */
export function leaveIfEnded(): void {
  called = true;
  prepareExit(0, 0, CALLED);
  branchOut(Wasm.BR_IF);
}

/** The instruction at `offset` is one for exec/slow. */
export function leaveSlow(offset: u32): void {
  prepareExit(offset, 0, LEFT_SLOW);
  branchOut(Wasm.BR);
}

/** Stores an i64 or i32 local, or what `value` stands for, into the hart's block. */
function storeLocal(opcode: u32, alignment: u32, local: u32, field: usize): void {
  get(Local.HART);
  get(local);
  memoryAccess(opcode, alignment, field);
}

/** Calls the region at slot `entry`, if there is one, as the last act, with pc's page in `page`. */
function callRegion(): void {
  get(Local.ENTRY);
  memoryAccess(Wasm.I32_LOAD8_U, 0, 0);
  constant32(Op.REGION);
  put(Wasm.I32_EQ);
  put(Wasm.IF);
  put(NO_RESULT);
  get(Local.HART);
  get(Local.CODE);
  get(Local.PAGE);
  get(Local.STEPS);
  get(Local.ENTRY);
  memoryAccess(Wasm.I32_LOAD, 2, 4);
  put(Wasm.RETURN_CALL_INDIRECT);
  put(0);
  put(0);
  put(Wasm.END);
}

/** The way that `exit` names is this one: begins a conditional. */
function ifWay(way: u32): void {
  get(Local.EXIT);
  constant32(RESULT_SHIFT);
  put(Wasm.I32_SHR_U);
  constant32(way);
  put(Wasm.I32_EQ);
  put(Wasm.IF);
  put(NO_RESULT);
}

/** The slot at `offset`, which is on the stack, of the page whose code is at `code` becomes `entry`. */
function setEntry(): void {
  constant32(2);
  put(Wasm.I32_SHL);
  get(Local.CODE);
  put(Wasm.I32_ADD);
  set(Local.ENTRY);
}

function offsetInPage(): void {
  get(Local.EXIT);
  constant32(PAGE_MASK);
  put(Wasm.I32_AND);
}

/** The code behind the label `exit`. */
export function writeExits(): void {
  if (called) {
    ifWay(CALLED);
    constant32(LEFT_PAGE);
    put(Wasm.RETURN);
    put(Wasm.END);
  }
  if (far) {
    ifWay(LEFT_PAGE);
    writeFarExit();
    put(Wasm.END);
  }
  if (translator().tailCalls) {
    ifWay(LEFT_REGION);
    offsetInPage();
    setEntry();
    callRegion();
    put(Wasm.END);
  }
  storeLocal(Wasm.I32_STORE, 2, Local.CODE, offsetof<Hart>('code'));
  get(Local.HART);
  get(Local.PAGE);
  offsetInPage();
  put(Wasm.I64_EXTEND_U);
  put(Wasm.I64_OR);
  memoryAccess(Wasm.I64_STORE, 3, offsetof<Hart>('pc'));
  get(Local.HART);
  get(Local.STEPS);
  get(Local.EXIT);
  constant32(GIVEN_BACK_SHIFT);
  put(Wasm.I32_SHR_U);
  constant32(GIVEN_BACK_MASK);
  put(Wasm.I32_AND);
  put(Wasm.I64_EXTEND_U);
  put(Wasm.I64_ADD);
  memoryAccess(Wasm.I64_STORE, 3, offsetof<Hart>('remaining'));
  get(Local.EXIT);
  constant32(RESULT_SHIFT);
  put(Wasm.I32_SHR_U);
}

/** `va` is the target, in another page or perhaps in this one. */
function writeFarExit(): void {
  // The entry of the fetch TLB (mmu/entry).
  get(Local.VA);
  put(Wasm.I32_WRAP);
  constant32(8);
  put(Wasm.I32_SHR_U);
  get(Local.VA);
  put(Wasm.I32_WRAP);
  constant32(12);
  put(Wasm.I32_SHR_U);
  put(Wasm.I32_XOR);
  constant32(FETCH_INDEX);
  put(Wasm.I32_AND);
  get(Local.HART);
  put(Wasm.I32_ADD);
  tee(Local.ENTRY);
  memoryAccess(Wasm.I64_LOAD, 3, TLB_FETCH_OFFSET);
  get(Local.VA);
  constant64(PAGE_BITS);
  put(Wasm.I64_AND);
  tee(Local.PAGE);
  loadField(Wasm.I64_LOAD, 3, offsetof<Hart>('fetchContext'));
  put(Wasm.I64_OR);
  put(Wasm.I64_EQ);
  put(Wasm.IF);
  put(NO_RESULT);
  get(Local.ENTRY);
  memoryAccess(Wasm.I32_LOAD, 2, TLB_FETCH_OFFSET + 8);
  set(Local.CODE);
  if (translator().tailCalls) {
    get(Local.VA);
    put(Wasm.I32_WRAP);
    constant32(0xffe);
    put(Wasm.I32_AND);
    setEntry();
    callRegion();
  }
  storeLocal(Wasm.I32_STORE, 2, Local.CODE, offsetof<Hart>('code'));
  storeLocal(Wasm.I64_STORE, 3, Local.VA, offsetof<Hart>('pc'));
  storeLocal(Wasm.I64_STORE, 3, Local.STEPS, offsetof<Hart>('remaining'));
  constant32(LEFT_REGION);
  put(Wasm.RETURN);
  put(Wasm.END);
  storeLocal(Wasm.I64_STORE, 3, Local.VA, offsetof<Hart>('pc'));
  storeLocal(Wasm.I64_STORE, 3, Local.STEPS, offsetof<Hart>('remaining'));
  constant32(LEFT_PAGE);
  put(Wasm.RETURN);
}
