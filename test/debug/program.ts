import { assemble, type Program } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';
import { nodePlatform } from '../../src/node/platform.js';
import { Host } from '../../src/vm/host.js';
import type { VmSpec } from '../../src/vm/spec.js';
import type { Vm } from '../../src/vm/vm.js';

/** Each hart adds to the counter for ever, in a function of its own. */
export const COUNTING = assemble(
  `
_start:
  csrr a0, mhartid
  la s0, counter
loop:
  addi t0, t0, 1
  jal ra, work
  j loop
work:
  ld t1, 0(s0)
  add t1, t1, t0
  sd t1, 0(s0)
  ret
.balign 8
counter: .dword 0
text: .string "seen by the debugger"
`,
  { origin: 0x8000_0000n },
);

export const symbol = (program: Program, name: string): bigint => {
  const address = program.symbols.get(name);
  if (address === undefined) throw new Error(`the program has no symbol ${name}`);
  return address;
};

/** A VM that runs a program; it is disposed of with its host. */
export async function startProgram(
  program: Program,
  spec: Partial<VmSpec> & { readonly paused?: boolean } = {},
): Promise<{ readonly vm: Vm } & AsyncDisposable> {
  const { paused, ...rest } = spec;
  const host = await Host.createOn(nodePlatform, { memory: '64M' });
  const vm = await host.create({ guest: { bare: toElf(program) }, memory: '16M', ...rest });
  if (paused) await vm.debugger.pause();
  await vm.start();
  return { vm, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}
