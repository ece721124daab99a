import type { Debugger } from '../vm/debugger.js';
import { registerHex, registerValue } from './hex.js';
import {
  GENERAL_REGISTERS,
  registerName,
  registerSize,
  targetDescription,
} from './target-description.js';

/** misa's bits for F and D, and for H (Privileged 3.1.1). */
const FLOAT = (1n << 5n) | (1n << 3n);
const HYPERVISOR = 1n << 7n;
/** Digits of a register in a `g` or `G` packet. */
const DIGITS = 16;

/** `target.xml` of a VM, all of whose harts are alike. */
export async function describeTarget(target: Debugger): Promise<string> {
  const misa = await target.readRegister(0, 'misa');
  return targetDescription((misa & FLOAT) === FLOAT, (misa & HYPERVISOR) !== 0n);
}

/** `g`. */
export async function readAll(target: Debugger, hart: number): Promise<string> {
  let text = '';
  for (let number = 0; number < GENERAL_REGISTERS; number++) {
    text += registerHex(await target.readRegister(hart, registerName(number) ?? 'zero'));
  }
  return text;
}

/** `G`; false, and nothing written, for what are no values. */
export async function writeAll(target: Debugger, hart: number, hex: string): Promise<boolean> {
  if (hex.length < GENERAL_REGISTERS * DIGITS) return false;
  const values = Array.from({ length: GENERAL_REGISTERS }, (_, number) =>
    registerValue(hex.slice(number * DIGITS, (number + 1) * DIGITS)),
  );
  if (values.includes(undefined)) return false;
  for (const [number, value] of values.entries()) {
    await target.writeRegister(hart, registerName(number) ?? 'zero', value ?? 0n);
  }
  return true;
}

/** `p`; `undefined` for a number that was not described. */
export async function readOne(
  target: Debugger,
  hart: number,
  number: number | undefined,
): Promise<string | undefined> {
  const name = number === undefined ? undefined : registerName(number);
  if (name === undefined) return undefined;
  const value = await target.readRegister(hart, name);
  return registerHex(value).slice(0, 2 * registerSize(name));
}

/** `P`; false for a number that was not described, or no value. @throws DebugError if it cannot be. */
export async function writeOne(
  target: Debugger,
  hart: number,
  number: number | undefined,
  hex: string,
): Promise<boolean> {
  const name = number === undefined ? undefined : registerName(number);
  const value = registerValue(hex);
  if (name === undefined || value === undefined) return false;
  await target.writeRegister(hart, name, value);
  return true;
}
