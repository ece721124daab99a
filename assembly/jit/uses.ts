/** Which registers the instructions of a region read and write: bits 0..31 of a set are x registers, 32..63 f registers. */
import { Op } from '../generated/ops';
import { Kind, Word } from '../generated/templates';
import { itemLength, rd, readsRegister, rs1, rs2, rs3, templateOf } from './template';

/** What the instructions noted since `beginUses` read and write; x0 is neither. */
export let reads: u64 = 0;
export let writes: u64 = 0;
/** Whether one of them asks if floating point is on, or accesses memory. */
export let floats: bool = false;
export let accesses: bool = false;

export function beginUses(): void {
  reads = 0;
  writes = 0;
  floats = false;
  accesses = false;
}

function read(register: u32): void {
  if (register) reads |= (<u64>1) << register;
}

function write(register: u32): void {
  if (register) writes |= (<u64>1) << register;
}

function isFloat(kind: u32): bool {
  return kind === Kind.FLOAT || kind === Kind.FLOAT_EXACT;
}

/** Notes the instruction of a slot. */
export function noteUses(slot: usize, op: u32, kind: u32): void {
  if (kind === Kind.CSR) {
    if (readsRegister(slot)) read(rs1(slot));
    write(rd(slot));
    return;
  }
  if (kind === Kind.LOAD || kind === Kind.STORE || (kind >= <u32>Kind.ATOMIC && !isFloat(kind))) {
    accesses = true;
  }
  // Their stores ask whether f registers are on, too.
  if (op === Op.FSW || op === Op.FSD || isFloat(kind)) floats = true;
  if (kind === Kind.JUMP || kind === Kind.JUMP_REGISTER) {
    if (kind === Kind.JUMP_REGISTER) read(rs1(slot));
    write(rd(slot));
    return;
  }
  if (kind >= <u32>Kind.LOAD && kind !== Kind.BRANCH && !isFloat(kind)) read(rs1(slot));
  if (kind === Kind.LOAD_RESERVED || kind === Kind.STORE_CONDITIONAL) {
    if (kind === Kind.STORE_CONDITIONAL) read(rs2(slot, kind));
    write(rd(slot));
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
    if (item === Word.A) read(rs1(slot));
    else if (item === Word.B) read(rs2(slot, kind));
    else if (item === Word.RD) write(rd(slot));
    else if (item === Word.X) read(32 + rs1(slot));
    else if (item === Word.Y) read(32 + rs2(slot, kind));
    else if (item === Word.Z) read(32 + rs3(slot));
    else if (item === Word.FD) {
      write(32 + rd(slot));
      floats = true;
    } else if (item === Word.FAST || item === Word.READY) floats = true;
  }
}
