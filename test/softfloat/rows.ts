import * as reference from './reference.js';
import { F32, F64, type Format, type Result } from './reference.js';

/** What a row computes from a, b, c (f registers) and i (rs1 as an x register). */
export type Model = (a: bigint, b: bigint, c: bigint, mode: number, i: bigint) => Result;

function models(format: Format): Record<string, Model> {
  const sign = 1n << BigInt(format.width - 1);
  const s = format === F32 ? 's' : 'd';
  const w = format === F32 ? 'w' : 'd';
  const exact = (bits: bigint): Result => ({ bits, flags: 0 });
  const integers = (['w', 'wu', 'l', 'lu'] as const).flatMap((type): [string, Model][] => {
    const width = type.startsWith('w') ? 32 : 64;
    const isSigned = !type.endsWith('u');
    return [
      [
        `fcvt.${type}.${s}`,
        (a, _b, _c, mode) => reference.toInteger(format, a, isSigned, width, mode),
      ],
      [
        `fcvt.${s}.${type}`,
        (_a, _b, _c, mode, i) =>
          reference.fromInteger(
            format,
            isSigned ? BigInt.asIntN(width, i) : BigInt.asUintN(width, i),
            mode,
          ),
      ],
    ];
  });
  return {
    [`fmadd.${s}`]: (a, b, c, mode) => reference.fma(format, a, b, c, mode),
    [`fmsub.${s}`]: (a, b, c, mode) => reference.fma(format, a, b, c ^ sign, mode),
    [`fnmsub.${s}`]: (a, b, c, mode) => reference.fma(format, a ^ sign, b, c, mode),
    [`fnmadd.${s}`]: (a, b, c, mode) => reference.fma(format, a ^ sign, b, c ^ sign, mode),
    [`fadd.${s}`]: (a, b, _c, mode) => reference.add(format, a, b, mode),
    [`fsub.${s}`]: (a, b, _c, mode) => reference.sub(format, a, b, mode),
    [`fmul.${s}`]: (a, b, _c, mode) => reference.mul(format, a, b, mode),
    [`fdiv.${s}`]: (a, b, _c, mode) => reference.div(format, a, b, mode),
    [`fsqrt.${s}`]: (a, _b, _c, mode) => reference.sqrt(format, a, mode),
    [`fsgnj.${s}`]: (a, b) => exact((a & ~sign) | (b & sign)),
    [`fsgnjn.${s}`]: (a, b) => exact((a & ~sign) | (~b & sign)),
    [`fsgnjx.${s}`]: (a, b) => exact(a ^ (b & sign)),
    [`fmin.${s}`]: (a, b) => reference.min(format, a, b),
    [`fmax.${s}`]: (a, b) => reference.max(format, a, b),
    [`fle.${s}`]: (a, b) => reference.le(format, a, b),
    [`flt.${s}`]: (a, b) => reference.lt(format, a, b),
    [`feq.${s}`]: (a, b) => reference.eq(format, a, b),
    [`fclass.${s}`]: (a) => reference.classify(format, a),
    [`fmv.x.${w}`]: (a) => exact(BigInt.asUintN(64, BigInt.asIntN(format.width, a))),
    [`fmv.${w}.x`]: (_a, _b, _c, _mode, i) => exact(BigInt.asUintN(format.width, i)),
    ...Object.fromEntries(integers),
  };
}

/** What each row computes, and the format of its operands. */
export const MODELS: Record<string, [Format, Model]> = {
  ...Object.fromEntries(Object.entries(models(F32)).map(([name, model]) => [name, [F32, model]])),
  ...Object.fromEntries(Object.entries(models(F64)).map(([name, model]) => [name, [F64, model]])),
  'fcvt.s.d': [F64, (a, _b, _c, mode) => reference.convert(F32, F64, a, mode)],
  'fcvt.d.s': [F32, (a, _b, _c, mode) => reference.convert(F64, F32, a, mode)],
};
