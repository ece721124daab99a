import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import type { LockstepSpec } from '../../src/lockstep/runner.js';
import { elfFile } from '../image-maker.js';

/** A bare program, from RAM's first byte on, in M-mode. */
export function program(source: string): LockstepSpec {
  const { bytes } = assemble(source, { origin: RAM_BASE });
  return { guest: { bare: elfFile(bytes) }, memory: '16M' };
}

/** Where `COUNTING` keeps its sum: stores beside code would be slow. */
export const SUM = 0x8000_8000n;

/** Counts in a0, keeps a sum in memory, and each 256 rounds prints a letter, for ever. */
export const COUNTING = `
      li s0, ${SUM}
      li s1, 0x10000000
      li a0, 0
round:
      addi a0, a0, 1
      ld t0, 0(s0)
      add t0, t0, a0
      sd t0, 0(s0)
      csrw mscratch, t0
      andi t1, a0, 255
      bnez t1, round
      li t1, 65
      sb t1, 0(s1)
      j round`;
