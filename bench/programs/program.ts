import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';

/** RAM's first byte, where programs begin (M-mode, no translation). */
const ORIGIN = 0x8000_0000n;
/** RAM that programs may use as they like: 64 MiB from here. */
export const DATA = 0x8100_0000n;
/** RAM that a program needs, in MiB. */
export const PROGRAM_MEMORY = 128;
/** Far more than a run should take, in milliseconds. */
export const PROGRAM_TIMEOUT_MS = 60_000;
/** A wrong result's code at the test finisher, which no QEMU ends with on its own. */
export const WRONG_RESULT = 77;

/**
 * A small guest program: a piece of work, the pass, done again and again with the same result, which
 * is checked after each.
 */
export interface GuestProgram {
  readonly name: string;
  /** What `a0` must hold after a pass, by a model of it in TypeScript. */
  readonly expected: bigint;
  /** Done once, before the first pass. `s0` belongs to the frame around the pass. */
  readonly setup?: string;
  /** The pass. It may use any register but `s0` and leaves its result in `a0`. */
  readonly pass: string;
  /** Code that the pass calls or traps to. */
  readonly routines?: string;
  /** What the pass is to be counted in, if not in instructions: how many in each, and the unit of a million a second. */
  readonly work?: { readonly each: number; readonly unit: string };
  /** Whether its machine needs the hypervisor extension. */
  readonly hypervisor?: boolean;
}

/**
 * The program as an ELF executable that does `passes` passes and switches the machine off by the test
 * finisher: as passed, or as failed with WRONG_RESULT. Its instructions are a linear function of `passes`,
 * which stands in memory: `li` would take more of them for more passes.
 */
export function programElf(program: GuestProgram, passes: number): Uint8Array {
  return toElf(assemble(source(program, passes), { origin: ORIGIN }));
}

function source(program: GuestProgram, passes: number): string {
  return `
start:
${program.setup ?? ''}
  la s0, frame_passes
  ld s0, 0(s0)
frame_pass:
${program.pass}
  li t0, ${program.expected}
  beq a0, t0, frame_next
  li t1, ${(WRONG_RESULT << 16) | 0x3333}
  j frame_finish
frame_next:
  addi s0, s0, -1
  beqz s0, frame_passed
  j frame_pass
frame_passed:
  li t1, 0x5555
frame_finish:
  li t0, 0x100000
  sw t1, 0(t0)
frame_end:
  wfi
  j frame_end
${program.routines ?? ''}
.balign 8
frame_passes:
.dword ${passes}`;
}

/** The low 64 bits, as a register keeps them. */
export const u64 = (value: bigint) => BigInt.asUintN(64, value);
/** The low 64 bits as a signed number. */
export const i64 = (value: bigint) => BigInt.asIntN(64, value);
/** The low 32 bits, sign-extended to a register. */
export const word = (value: bigint) => u64(BigInt.asIntN(32, value));
