import type { RegionSources } from '../region-source.js';

/** Loads, stores and atomics. */
export const MEMORY: RegionSources = {
  loads: `
      lb a0, 1(s0)
      lhu a1, 2(s1)
      lw a2, -4(s2)
      lwu a3, 0(s3)
      ld a4, 2040(s4)
      jr ra`,
  stores: `
      sb a0, 1(s0)
      sh a1, 2(s1)
      sw a2, -4(s2)
      sd a3, 0(s3)
      sd zero, 8(s4)
      jr ra`,
  'loads-by-one-register': `
      ld a0, 0(sp)
      ld a1, 8(sp)
      ld a2, 16(sp)
      addi sp, sp, 32
      jr ra`,
  'copy-loop': {
    program: `
    loop:
      ld a3, 0(a1)
      sd a3, 0(a0)
      addi a0, a0, 8
      addi a1, a1, 8
      bne a1, a2, loop
      jr ra`,
    whole: true,
  },
  'pointer-chase': `
    loop:
      ld a0, 0(a0)
      bnez a0, loop
      jr ra`,
  'float-loads-and-stores': `
      flw fa0, 0(a0)
      fld fa1, 8(a0)
      fsw fa0, 16(a0)
      fsd fa1, 24(a0)
      jr ra`,
  'atomic-words': `
      amoadd.w a0, a1, (a2)
      amoswap.w.aqrl a3, a1, (a2)
      amomaxu.w a4, a1, (a2)
      jr ra`,
  'atomic-doublewords': `
      amoor.d a0, a1, (a2)
      amomin.d a3, a1, (a2)
      amoadd.d zero, a1, (a2)
      jr ra`,
  'compare-and-swap': `
    again:
      lr.d.aq a0, (a3)
      bne a0, a1, out
      sc.d.rl a4, a2, (a3)
      bnez a4, again
    out:
      jr ra`,
};
