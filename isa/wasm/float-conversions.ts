/** Conversions of F and D (Unprivileged 20.7, 21.5). */
import { BOX, boxed, mayRound, mayRoundIf, NEAR, plainSingle, single } from './float-operands.js';

/** What an instruction of either width starts with: its operand as f64, in d0. */
const OPERAND = {
  S: `${boxed('x')} ${single('x')} f64.promote_f32 =d0`,
  D: 'x =d0',
} as const;

/** An integer type: which whole numbers it has, and how they become a register's bits. */
interface IntegerType {
  readonly name: string;
  /** Whether d1, a whole number, is in range; both bounds of a signed type are left out. */
  readonly holds: string;
  readonly convert: string;
}
const TYPES: readonly IntegerType[] = [
  {
    name: 'W',
    holds: `d1 f64.abs f64.const ${2 ** 31} f64.lt`,
    convert: 'i32.trunc_sat_f64_s i64.extend_i32_s',
  },
  {
    name: 'WU',
    holds: `d1 f64.const 0 f64.ge d1 f64.const ${2 ** 32} f64.lt i32.and`,
    convert: 'i64.trunc_sat_f64_s i64.extend32_s',
  },
  {
    name: 'L',
    holds: `d1 f64.abs f64.const ${2 ** 63} f64.lt`,
    convert: 'i64.trunc_sat_f64_s',
  },
  {
    name: 'LU',
    holds: `d1 f64.const 0 f64.ge d1 f64.const ${2 ** 64} f64.lt i32.and`,
    convert: 'i64.trunc_sat_f64_u',
  },
];

/** A rounding mode: what makes a whole number, and what must hold for the mode to be the instruction's. */
interface Mode {
  readonly round: string;
  readonly unusable: string;
}
/** RNE, or dynamic: then frm is to be RNE. */
const NEAREST: Mode = { round: 'f64.nearest', unusable: NEAR };
const STATIC = 'floatReady i32.eqz';
const TOWARDS_ZERO: Mode = { round: 'f64.trunc', unusable: STATIC };

/** To an integer: NV out of range, which leaves; else NX or nothing. */
function toIntegers({ round, unusable }: Mode): Record<string, string> {
  const row = (width: 'S' | 'D', { name, holds, convert }: IntegerType) => [
    `FCVT_${name}_${width}`,
    [
      `${OPERAND[width]} d0 ${round} =d1 ${holds} i32.eqz side`,
      `floatFast i32.eqz when d0 d1 f64.ne ${unusable} i32.or side done`,
      `d1 ${convert} rd`,
    ].join(' '),
  ];
  return Object.fromEntries(TYPES.flatMap((type) => [row('S', type), row('D', type)]));
}

/** From an integer: exact if it has no more bits than a significand. */
const SIGNED_D = 'a i64.const 0x20000000000000 i64.add i64.const 0x40000000000000 i64.gt_u';
const SIGNED_S = 'a i64.const 0x1000000 i64.add i64.const 0x2000000 i64.gt_u';
const W = 'a i32.wrap_i64';

export const CONVERSIONS: Readonly<Record<string, string>> = {
  ...toIntegers(NEAREST),
  FCVT_D_W: `${NEAR} side ${W} f64.convert_i32_s fd`,
  FCVT_D_WU: `${NEAR} side ${W} f64.convert_i32_u fd`,
  FCVT_D_L: `${mayRound(SIGNED_D)} a f64.convert_i64_s fd`,
  FCVT_D_LU: `${mayRound('a i64.const 0x20000000000000 i64.gt_u')} a f64.convert_i64_u fd`,
  FCVT_S_W: `${mayRound(`${W} i32.const 0x1000000 i32.add i32.const 0x2000000 i32.gt_u`)} ${W} f32.convert_i32_s ${BOX}`,
  FCVT_S_WU: `${mayRound(`${W} i32.const 0x1000000 i32.gt_u`)} ${W} f32.convert_i32_u ${BOX}`,
  FCVT_S_L: `${mayRound(SIGNED_S)} a f32.convert_i64_s ${BOX}`,
  FCVT_S_LU: `${mayRound('a i64.const 0x1000000 i64.gt_u')} a f32.convert_i64_u ${BOX}`,
  FCVT_S_D: `x f32.demote_f64 =s0 ${mayRoundIf(plainSingle('s0'), 's0 f64.promote_f32 x f64.ne')} s0 ${BOX}`,
  FCVT_D_S: `${NEAR} side ${OPERAND.S} d0 d0 f64.ne side d0 fd`,
};

/** What C's conversions are: rm is RTZ. */
export const TOWARDS_ZERO_CONVERSIONS: Readonly<Record<string, string>> = toIntegers(TOWARDS_ZERO);
