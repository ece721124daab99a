/** Guest registers as locals: which a region uses, which it writes, and where they are. */
import { Op } from '../generated/ops';
import { FIRST_REGISTER_LOCAL, Kind, Local, Word } from '../generated/templates';
import { F_OFFSET, Hart } from '../hart/hart';
import { AFTER_ORDER } from './order';
import { itemLength, rd, readsRegister, rs1, rs2, rs3, templateOf } from './template';
import { constant64, get, loadField, memoryAccess, set, Wasm } from './wasm';

/** Bits 0..31: x registers, 32..63: f registers. */
export let used: u64 = 0;
export let written: u64 = 0;
/** Whether anything asks if floating point is on, or memory is accessed. */
export let floats: bool = false;
export let accesses: bool = false;

/** u8 for each register: its local. */
const LOCALS: usize = AFTER_ORDER;
export const AFTER_REGISTERS: usize = LOCALS + 64;

export function beginRegisters(): void {
  used = 0;
  written = 0;
  floats = false;
  accesses = false;
}

function use(register: u32): void {
  used |= (<u64>1) << register;
}

function write(register: u32): void {
  used |= (<u64>1) << register;
  written |= (<u64>1) << register;
}

function isFloat(kind: u32): bool {
  return kind === Kind.FLOAT || kind === Kind.FLOAT_EXACT;
}

/** Notes what the instruction of a slot reads and writes. */
export function noteInstruction(slot: usize, op: u32, kind: u32): void {
  if (kind === Kind.CSR) {
    if (readsRegister(slot)) use(rs1(slot));
    if (rd(slot)) write(rd(slot));
    return;
  }
  if (kind === Kind.LOAD || kind === Kind.STORE || (kind >= <u32>Kind.ATOMIC && !isFloat(kind))) {
    accesses = true;
  }
  // Their stores ask whether f registers are on, too.
  if (op === Op.FSW || op === Op.FSD || isFloat(kind)) floats = true;
  if (kind === Kind.JUMP || kind === Kind.JUMP_REGISTER) {
    if (kind === Kind.JUMP_REGISTER) use(rs1(slot));
    if (rd(slot)) write(rd(slot));
    return;
  }
  if (kind >= <u32>Kind.LOAD && kind !== Kind.BRANCH && !isFloat(kind)) use(rs1(slot));
  if (kind === Kind.LOAD_RESERVED || kind === Kind.STORE_CONDITIONAL) {
    if (kind === Kind.STORE_CONDITIONAL) use(rs2(slot, kind));
    if (rd(slot)) write(rd(slot));
    return;
  }
  noteTemplate(templateOf(slot, op, kind), slot, kind);
}

function noteTemplate(template: usize, slot: usize, kind: u32): void {
  let at = template;
  while (true) {
    const item = <u32>load<u8>(at);
    if (!item) return;
    at += itemLength(item);
    if (item === Word.A) use(rs1(slot));
    else if (item === Word.B) use(rs2(slot, kind));
    else if (item === Word.RD) {
      if (rd(slot)) write(rd(slot));
    } else if (item === Word.X) use(32 + rs1(slot));
    else if (item === Word.Y) use(32 + rs2(slot, kind));
    else if (item === Word.Z) use(32 + rs3(slot));
    else if (item === Word.FD) {
      write(32 + rd(slot));
      floats = true;
    } else if (item === Word.FAST || item === Word.READY) floats = true;
  }
}

/** Gives each register that is used its local; `x` of them are integer ones, behind which the others come. */
export function placeRegisters(): void {
  // x0 is no register of its own.
  used &= ~1;
  let local = FIRST_REGISTER_LOCAL;
  for (let register: usize = 1; register < 64; ++register) {
    if (!((used >> <u64>register) & 1)) continue;
    store<u8>(LOCALS + register, <u8>local);
    local += 1;
  }
}

export function localOf(register: u32): u32 {
  return load<u8>(LOCALS + <usize>register);
}

/** The value of an x register. */
export function getX(register: u32): void {
  if (register) get(localOf(register));
  else constant64(0);
}

/** What is on the stack becomes the value of an x register. */
export function setX(register: u32): void {
  set(localOf(register));
}

/** Loads a register from the hart's block. */
export function loadRegister(register: u32): void {
  get(Local.HART);
  memoryAccess(register >= 32 ? Wasm.F64_LOAD : Wasm.I64_LOAD, 3, offsetOf(register));
  set(localOf(register));
}

/** Stores a register into the hart's block. */
export function storeRegister(register: u32): void {
  get(Local.HART);
  get(localOf(register));
  memoryAccess(register >= 32 ? Wasm.F64_STORE : Wasm.I64_STORE, 3, offsetOf(register));
}

/** Loads all registers that are used. */
export function loadRegisters(): void {
  for (let register: u32 = 1; register < 64; ++register) {
    if ((used >> <u64>register) & 1) loadRegister(register);
  }
}

/** Stores all registers that may have changed. */
export function storeRegisters(): void {
  for (let register: u32 = 1; register < 64; ++register) {
    if ((written >> <u64>register) & 1) storeRegister(register);
  }
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
