import { disassemble } from '../../isa/disassembler.js';
import { F_NAMES, X_NAMES } from '../../isa/notation.js';
import { instructionLength } from '../../isa/table.js';
import type { Machine } from '../core/machine.js';
import { CODE, CODE_WINDOW } from './program/layout.js';

/** What stands at a pc, in whichever window programs run. */
function textAt(machine: Machine, pc: bigint): string {
  const physical =
    pc >= CODE_WINDOW && pc < CODE_WINDOW + 0x10_0000n ? pc - CODE_WINDOW + CODE : pc;
  const bytes = machine.ram.read(physical, 4);
  const raw = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return disassemble(instructionLength(raw) === 2 ? raw & 0xffff : raw, pc);
}

/**
 * The instruction that wrote a register last, with what it read: found by single steps of an interpreting machine
 * up to `step`. Undefined if the register was not written since.
 */
export function lastWrite(
  machine: Machine,
  hart: number,
  register: number,
  step: number,
): string | undefined {
  const read = (number: number) => machine.core.register(machine.vm, hart, number);
  let last: string | undefined;
  while (machine.steps < BigInt(step)) {
    const before = Array.from({ length: 64 }, (_, n) => read(n));
    const [pc, at] = [machine.pc(hart), machine.steps];
    machine.run(1n);
    if (read(register) === before[register]) continue;
    const text = textAt(machine, pc);
    const values = [...X_NAMES, ...F_NAMES].flatMap((name, n) =>
      new RegExp(`\\b${name}\\b`).test(text) ? [`${name} = 0x${before[n]?.toString(16)}`] : [],
    );
    last = `step ${at}, 0x${pc.toString(16)}: ${text}; before it ${values.join(', ')}`;
  }
  return last;
}
