import type { RegionSources } from '../region-source.js';

/** F and D. */
export const FLOATING_POINT: RegionSources = {
  'double-arithmetic': `
      fadd.d fa0, fa1, fa2
      fsub.d fa3, fa0, fa1
      fmul.d fa4, fa0, fa1
      fdiv.d fa5, fa0, fa1
      fsqrt.d fa6, fa5
      jr ra`,
  'single-arithmetic': `
      fadd.s fa0, fa1, fa2
      fmul.s fa3, fa0, fa1
      fdiv.s fa4, fa0, fa1
      jr ra`,
  'fused-arithmetic': `
      fmadd.d fa0, fa1, fa2, fa3
      fnmsub.d fa4, fa1, fa2, fa3
      jr ra`,
  'static-rounding': `
      fadd.d fa0, fa1, fa2, rne
      fadd.d fa3, fa1, fa2, rtz
      jr ra`,
  'float-comparisons': `
      flt.d a0, fa0, fa1
      bnez a0, less
      feq.d a1, fa0, fa1
      fle.s a2, fa2, fa3
    less:
      jr ra`,
  'float-signs': `
      fneg.d fa0, fa1
      fabs.d fa2, fa1
      fmv.s fa3, fa4
      fmin.d fa5, fa0, fa1
      fmax.d fa6, fa0, fa1
      jr ra`,
  'float-conversions': `
      fcvt.d.w fa0, a0
      fcvt.d.l fa1, a1
      fcvt.w.d a2, fa0, rtz
      fcvt.s.d fa2, fa0
      fcvt.d.s fa3, fa2
      fmv.x.d a3, fa0
      fmv.d.x fa4, a3
      fclass.d a4, fa0
      jr ra`,
  'sum-of-products': {
    program: `
    loop:
      fld fa0, 0(a0)
      fld fa1, 0(a1)
      fmul.d fa0, fa0, fa1
      fadd.d fa2, fa2, fa0
      addi a0, a0, 8
      addi a1, a1, 8
      addi a2, a2, -1
      bnez a2, loop
      jr ra`,
    whole: true,
  },
};
