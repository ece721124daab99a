import type { RegionSources } from '../region-source.js';

const TOP = '.balign 4096\n.zero 4096 - 12\n';

/** Code at the edges of pages, and jumps from one to another. */
export const PAGES: RegionSources = {
  'jump-to-another-page': `
      addi a0, a0, 1
      beqz a0, away
      jr ra
      .balign 4096
    away:
      addi a0, a0, 2
      jr ra`,
  'call-to-another-page': `
      addi a0, a0, 1
      jal ra, away
      addi a0, a0, 3
      jr s0
      .balign 4096
    away:
      addi a0, a0, 2
      ret`,
  'end-of-page': {
    program: `${TOP}
    entry:
      addi a0, a0, 1
      addi a0, a0, 2
      addi a0, a0, 3
      addi a0, a0, 4
      jr ra`,
    entry: 'entry',
  },
  'instruction-over-two-pages': {
    program: `${TOP}
    entry:
      addi a0, a0, 1
      c.addi a0, 2
      addi a0, a0, 3
      addi a0, a0, 4
      jr ra`,
    entry: 'entry',
  },
  'loop-over-two-pages': {
    program: `${TOP}
    entry:
      addi a0, a0, -1
      xor a1, a1, a0
      slli a1, a1, 1
      add a1, a1, a0
      bnez a0, entry
      jr ra`,
    entry: 'entry',
  },
};
