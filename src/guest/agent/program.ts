import { assemble } from '../../../isa/assembler/assemble.js';
import { toElf } from '../../../isa/assembler/elf.js';
import { AGENT_SOURCE } from './source.js';

/** Where Linux puts the program; any page above the lowest would do. */
const ORIGIN = 0x1_0000n;

/**
 * The guest agent: a static riscv64 Linux program without a library. Its argument is the device of the
 * port `org.hartwood.agent`, its children are `/bin/sh`; it needs nothing else of a root file system.
 */
export function agentProgram(): Uint8Array {
  const program = assemble(AGENT_SOURCE, { origin: ORIGIN });
  const symbol = (name: string): bigint => {
    const value = program.symbols.get(name);
    if (value === undefined) throw new TypeError(`the agent has no symbol ${name}`);
    return value;
  };
  return toElf(program, {
    entry: symbol('start'),
    memorySize: Number(symbol('memory_end') - ORIGIN),
  });
}
