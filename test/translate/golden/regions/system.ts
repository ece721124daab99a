import type { RegionSources } from '../region-source.js';

/** What leaves a region, or ends one. */
export const SYSTEM: RegionSources = {
  'system-call': `
      li a7, 93
      ecall
      addi a0, a0, 1
      jr ra`,
  'system-call-in-loop': `
    loop:
      addi a0, a0, -1
      ecall
      bnez a0, loop
      jr ra`,
  fences: `
      sd a0, 0(a1)
      fence rw, rw
      ld a0, 0(a1)
      fence.i
      jr ra`,
  csrs: `
      addi a0, a0, 1
      csrr a0, sscratch
      csrrw a1, sscratch, a2
      csrr a3, instret
      frcsr a4
      fsflags zero
      jr ra`,
  'csr-that-traps': `
      addi a0, a0, 1
      csrr a1, 0x5ff
      jr ra`,
  'trap-return': `
      ld a0, 0(sp)
      mret`,
  'no-instruction': `
      addi a0, a0, 1
      .word 0`,
  wait: `
    loop:
      ld a0, 0(a1)
      wfi
      beqz a0, loop
      jr ra`,
};
