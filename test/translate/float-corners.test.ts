import { describe, expect, it } from 'vitest';
import { ROWS } from '../../isa/table.js';
import { OFF } from '../core/program-parts.js';
import { Random } from '../oracle/random.js';
import { boxed, DOUBLE, float, SINGLE } from '../oracle/values.js';
import { same } from './same.js';

const TABLE = 0x8010_0000n;
const OPERANDS = 36;

/** Zeros, ones, infinities, NaNs of both kinds, limits, subnormals, numbers near an integer's limits. */
const DOUBLES: readonly bigint[] = [
  ...[0n, 0x3ff0n << 48n, 0x4000n << 48n, 0x7ff0n << 48n, 0x7ff8n << 48n, (0x7ff0n << 48n) | 1n],
  ...[1n, 0x000f_ffff_ffff_ffffn, 0x7fef_ffff_ffff_ffffn, 0x3ff8n << 48n, 0x43e0n << 48n],
  ...[0x41df_ffff_ffe0_0000n, 0x41ef_ffff_ffe0_0000n, 0x3fdf_ffff_ffff_ffffn],
];
const SINGLES: readonly bigint[] = [
  ...[0n, 0x3f80_0000n, 0x7f80_0000n, 0x7fc0_0000n, 0x7f80_0001n, 1n, 0x007f_ffffn, 0x7f7f_ffffn],
  ...[0x4f00_0000n, 0x4eff_ffffn, 0x5f00_0000n, 0x3f00_0001n],
];

function operands(seed: number, single: boolean): bigint[] {
  const random = new Random(seed);
  const signed = (value: bigint, bit: bigint) =>
    random.oneIn(2) ? value : BigInt.asUintN(64, value ^ (1n << bit));
  const corners = single
    ? SINGLES.map((value) => (0xffff_ffffn << 32n) | signed(value, 31n))
    : DOUBLES.map((value) => signed(value, 63n));
  const rest = Array.from({ length: OPERANDS - corners.length }, () =>
    single ? boxed(random, float(random, SINGLE)) : float(random, DOUBLE),
  );
  return [...corners, ...rest];
}

/** Every computation of F or D on fa0, fa1, fa2 and a0, its result and maybe its flags added to s5. */
function computations(width: 's' | 'd', before: string, after: string): string {
  return ROWS.filter(
    ({ name, extensions, shape }) =>
      shape === 'slow' &&
      ['F', 'D'].includes(extensions[0] ?? '') &&
      name.split('.').includes(width),
  )
    .map(({ name, operands: text }) => {
      const fields = text.split(',').map(
        (field) =>
          ({
            fd: 'ft0',
            rd: 't0',
            fs1: 'fa0',
            fs2: 'fa1',
            fs3: 'fa2',
            rs1: 'a0',
            rm: 'dyn',
          })[field] ?? field,
      );
      const result = fields[0] === 'ft0' ? 'fmv.x.d t0, ft0' : '';
      return `${before}
        ${name} ${fields.join(', ')}
        ${result}
        ${after}
        rori s5, s5, 7
        add s5, s5, t0`;
    })
    .join('\n');
}

/** All pairs of operands, with a third one that runs through them at its own pace. */
const program = (width: 's' | 'd', rounding: number, before: string, after: string) => `
  li t0, 3 << 13
  csrs mstatus, t0
  csrwi frm, ${rounding}
  csrwi fflags, 1
  li s0, ${TABLE}
  li s1, ${TABLE + BigInt(8 * OPERANDS)}
  mv s2, s0
  mv s4, s0
one:
  fld fa0, 0(s2)
  ld a0, 0(s2)
  mv s3, s0
other:
  fld fa1, 0(s3)
  fld fa2, 0(s4)
  addi s4, s4, 40
  bltu s4, s1, 1f
  addi s4, s4, -${8 * OPERANDS}
1:
  call compute
  addi s3, s3, 8
  bltu s3, s1, other
  addi s2, s2, 8
  bltu s2, s1, one
  ${OFF}
.balign 4096
compute:
  ${computations(width, before, after)}
  ret`;

const FLAGS = 'frflags t1\nxor t0, t0, t1';

describe.each(['s', 'd'] as const)('floating point in regions, width %s', (width) => {
  it.each([
    ['to nearest, NX set', 0, '', '', 0.5],
    ['to nearest, flags set anew each time', 0, 'csrwi fflags, 1', FLAGS, 0],
    ['to nearest, no flag set', 0, 'csrwi fflags, 0', FLAGS, 0],
    ['toward zero', 1, '', FLAGS, 0],
    ['up', 3, 'csrwi fflags, 1', FLAGS, 0],
  ] as const)('%s', async (_, rounding, before, after, share) => {
    const seed = 10 * rounding + before.length;
    const values = operands(seed, width === 's');
    const machine = await same(program(width, rounding, before, after), {
      prepare: ({ ram }) =>
        values.forEach((value, n) => {
          ram.writeU64(TABLE + BigInt(8 * n), value);
        }),
      share,
    });
    expect(machine.x('s2')).toBe(TABLE + BigInt(8 * OPERANDS));
    expect(machine.counter('regionEntries')).toBeGreaterThan(0);
  });
});
