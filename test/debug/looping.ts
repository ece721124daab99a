import { assemble } from '../../isa/assembler/assemble.js';

/** A loop that is executed, beside code that is not. What it writes is in another page. */
export const LOOPING = assemble(
  `
_start:
  la s0, counter
loop:
  addi t0, t0, 1
  bltz t0, never
  sd t0, 0(s0)
  j loop
never:
  xor t0, t0, t0
  j loop
fault:
  ecall
.balign 4096
counter: .dword 0
`,
  { origin: 0x8000_0000n },
);
