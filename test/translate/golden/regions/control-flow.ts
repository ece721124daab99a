import type { RegionSources } from '../region-source.js';

/** Blocks, and how they follow each other. */
export const CONTROL_FLOW: RegionSources = {
  loop: {
    program: `
    loop:
      addi a0, a0, -1
      bnez a0, loop
      jr ra`,
    whole: true,
  },
  'loop-tested-first': `
      j test
    body:
      add a1, a1, a0
      addi a0, a0, -1
    test:
      bgtz a0, body
      jr ra`,
  'nested-loops': `
    outer:
      mv a1, a2
    inner:
      addi a3, a3, 1
      addi a1, a1, -1
      bnez a1, inner
      addi a0, a0, -1
      bnez a0, outer
      jr ra`,
  'loop-of-itself': 'here: j here',
  'if-then': `
      bltz a0, done
      add a1, a1, a0
    done:
      mv a0, a1
      jr ra`,
  'if-else': `
      bltu a0, a1, less
      sub a0, a0, a1
      j done
    less:
      sub a0, a1, a0
    done:
      slli a0, a0, 1
      jr ra`,
  'early-exit': `
    loop:
      addi a1, a1, 1
      beq a1, a2, found
      addi a0, a0, -1
      bnez a0, loop
      li a1, -1
    found:
      jr ra`,
  continue: `
    loop:
      addi a0, a0, -1
      andi a2, a0, 1
      bnez a2, loop
      add a1, a1, a0
      bgtz a0, loop
      jr ra`,
  'case-by-case': `
      beqz a0, zero
      addi a0, a0, -1
      beqz a0, one
      addi a0, a0, -1
      beqz a0, two
      li a1, 99
      j done
    zero: li a1, 10
      j done
    one: li a1, 20
      j done
    two: li a1, 30
    done:
      jr ra`,
  'compare-and-branch': `
      slt a2, a0, a1
      bnez a2, less
      sltiu a3, a0, 16
      beqz a3, large
      li a4, 1
    less: jr ra
    large: jr t0`,
  irreducible: `
      beqz a0, second
    first:
      addi a1, a1, 1
      beqz a2, out
    second:
      addi a2, a2, -1
      bnez a1, first
    out:
      jr ra`,
  'entered-in-the-middle': {
    program: `
      li a1, 0
    loop:
      addi a1, a1, 3
    middle:
      addi a0, a0, -1
      bnez a0, loop
      jr ra`,
    entry: 'middle',
  },
  'call-and-return': `
    entry:
      jal ra, square
      mv s1, a0
      addi a0, a0, 1
      jal ra, square
      add a0, a0, s1
      jr s0
    square:
      mul a0, a0, a0
      ret`,
  'call-in-loop': `
    loop:
      jal ra, step
      bnez a0, loop
      jr s0
    step:
      addi a0, a0, -1
      ret`,
  'far-call': `
      auipc ra, 0x100
      jalr ra, 16(ra)
      addi a0, a0, 1
      jr s0`,
  'computed-jump': `
      sh2add a0, a0, a1
      lw a0, 0(a0)
      add a0, a0, a1
      jr a0`,
  'not-executed': {
    program: `
      li a0, 3
    loop:
      addi a0, a0, -1
      bltz a0, never
      bnez a0, loop
    here:
      j here
    never:
      addi a1, a1, 1
      j here`,
    entry: 'loop',
    run: 20n,
  },
};
