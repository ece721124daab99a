import { FIRST_REGISTER_LOCAL, LOCALS } from '../notation.js';
import type { Instruction } from './instruction.js';

/** f registers stand behind the x registers in a hart's record (assembly/hart/hart.ts). */
const F_OFFSET = 256;
const REGISTERS_SIZE = 512;

const FIXED_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(LOCALS).map(([name, local]) => [local, name]),
);

/**
 * Names of a region's locals: those of isa/wasm/notation.ts, and for the others `x10` or `f3`, the guest's
 * register that the function loads into it or stores out of it. A local that is neither is `local40`.
 */
export function localNames(instructions: readonly Instruction[]): (local: number) => string {
  const names = new Map(FIXED_NAMES);
  const named = new Set<string>();
  instructions.forEach((instruction, at) => {
    const [before, behind] = [instructions[at - 1], instructions[at + 1]];
    const place = Number(instruction.numbers[0]);
    if (!/^[if]64\.(load|store)$/.test(instruction.name) || place >= REGISTERS_SIZE) return;
    const isLoad = instruction.name.endsWith('load');
    const [base, value] = isLoad ? [before, behind] : [instructions[at - 2], before];
    if (!isLocal(base, /^local\.get$/) || base?.numbers[0] !== LOCALS.hart) return;
    if (!isLocal(value, isLoad ? /^local\.(set|tee)$/ : /^local\.(get|tee)$/)) return;
    const local = Number(value?.numbers[0]);
    const name = registerAt(place);
    if (local < FIRST_REGISTER_LOCAL || names.has(local) || named.has(name)) return;
    names.set(local, name);
    named.add(name);
  });
  return (local) => names.get(local) ?? `local${local}`;
}

const isLocal = (instruction: Instruction | undefined, kind: RegExp) =>
  instruction !== undefined && kind.test(instruction.name);

const registerAt = (place: number) =>
  place < F_OFFSET ? `x${place / 8}` : `f${(place - F_OFFSET) / 8}`;
