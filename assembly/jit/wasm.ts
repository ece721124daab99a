/** The Wasm instructions that the translator itself writes; those of templates come as bytes (isa/wasm). */
import { Local } from '../generated/templates';
import { put, putSigned, putUnsigned } from './code';

export enum Wasm {
  BLOCK = 0x02,
  LOOP = 0x03,
  IF = 0x04,
  ELSE = 0x05,
  END = 0x0b,
  BR = 0x0c,
  BR_IF = 0x0d,
  RETURN = 0x0f,
  CALL_INDIRECT = 0x11,
  RETURN_CALL_INDIRECT = 0x13,
  DROP = 0x1a,
  GET = 0x20,
  SET = 0x21,
  TEE = 0x22,
  I32_LOAD = 0x28,
  I64_LOAD = 0x29,
  F64_LOAD = 0x2b,
  I32_LOAD8_U = 0x2d,
  I32_STORE = 0x36,
  I64_STORE = 0x37,
  F64_STORE = 0x39,
  I32_CONST = 0x41,
  I64_CONST = 0x42,
  I32_EQZ = 0x45,
  I32_EQ = 0x46,
  I32_NE = 0x47,
  I32_LE_U = 0x4d,
  I64_EQ = 0x51,
  I64_NE = 0x52,
  I64_LT_S = 0x53,
  I32_ADD = 0x6a,
  I32_AND = 0x71,
  I32_OR = 0x72,
  I32_XOR = 0x73,
  I32_SHL = 0x74,
  I32_SHR_U = 0x76,
  I64_ADD = 0x7c,
  I64_SUB = 0x7d,
  I64_AND = 0x83,
  I64_OR = 0x84,
  I64_SHL = 0x86,
  I32_WRAP = 0xa7,
  I64_EXTEND_S = 0xac,
  I64_EXTEND_U = 0xad,
  I64_EXTEND32_S = 0xc4,
}

export const NO_RESULT: u32 = 0x40;
export const I32: u32 = 0x7f;
export const I64: u32 = 0x7e;
export const F32: u32 = 0x7d;
export const F64: u32 = 0x7c;

export function get(local: u32): void {
  put(Wasm.GET);
  putUnsigned(local);
}

export function set(local: u32): void {
  put(Wasm.SET);
  putUnsigned(local);
}

export function tee(local: u32): void {
  put(Wasm.TEE);
  putUnsigned(local);
}

export function constant32(value: i32): void {
  put(Wasm.I32_CONST);
  putSigned(value);
}

export function constant64(value: i64): void {
  put(Wasm.I64_CONST);
  putSigned(value);
}

/** A load or store of `1 << alignment` bytes at `offset` from the address on the stack. */
export function memoryAccess(opcode: u32, alignment: u32, offset: usize): void {
  put(opcode);
  put(alignment);
  putUnsigned(<u32>offset);
}

/** A field of the hart's block on the stack. */
export function loadField(opcode: u32, alignment: u32, offset: usize): void {
  get(Local.HART);
  memoryAccess(opcode, alignment, offset);
}
