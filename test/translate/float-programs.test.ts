import { expect, it } from 'vitest';
import { FIELDS, insert } from '../../isa/fields.js';
import type { Row } from '../../isa/row.js';
import { ROWS } from '../../isa/table.js';
import { Core } from '../../src/core/core.js';
import type { Engine } from '../../src/core/engine.js';
import { resolveTranslation } from '../../src/core/translate/translation.js';
import { wasmEngine } from '../../src/core/wasm-engine.js';
import { coreModule, Machine } from '../core/machine.js';
import { OFF } from '../core/program-parts.js';
import { operand, Random } from '../softfloat/operands.js';
import { F32, F64 } from '../softfloat/reference.js';
import { FORCED } from '../tested-translation.js';

const BOX = 0xffff_ffff_0000_0000n;
/** More for a campaign. */
const PROGRAMS = Number(process.env.CASES ?? 20);
const INSTRUCTIONS = 40;
const PASSES = 25;
/** Registers that are loaded in each pass: f0 to f15 and a0 to a5. */
const FLOATS = 16;
const INTEGERS = 6;
const PASS_BYTES = 8 * (FLOATS + INTEGERS);

const ROWS_OF_FLOATS = ROWS.filter(
  (row) => row.extensions.some((e) => e === 'F' || e === 'D') && row.tier === 'slow',
);
/** Dynamic, as compilers write it, more often than RNE, RTZ as for C's conversions, and the others. */
const MODES = [7, 7, 7, 7, 7, 7, 0, 1, 1, 1, 2, 3, 4];

/** What changes whether native arithmetic may stand. */
const FLAGS = [
  'csrwi fflags, 0',
  'csrwi fflags, 1',
  'csrwi frm, 2',
  'csrwi frm, 0',
  'csrw fcsr, zero',
];

function pick<T>(random: Random, items: readonly [T, ...T[]] | readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function wordOf(row: Row, random: Random): number {
  const operands = row.operands.split(',');
  const register = (name: string) =>
    name.startsWith('f') ? random.below(FLOATS) : 10 + random.below(INTEGERS);
  let word = row.match;
  for (const name of operands) {
    if (name === 'rd' || name === 'fd') word |= insert(FIELDS.rd, register(name));
    if (name === 'rs1' || name === 'fs1') word |= insert(FIELDS.rs1, register(name));
    if (name === 'fs2') word |= insert(FIELDS.rs2, register(name));
    if (name === 'fs3') word |= insert(FIELDS.fs3, register(name));
    if (name === 'rm') word |= insert(FIELDS.rm, pick(random, MODES));
  }
  return word >>> 0;
}

/** Mostly ordinary numbers of both widths, else whatever there is. */
function value(random: Random): bigint {
  const view = new DataView(new ArrayBuffer(8));
  const ordinary = (random.below(2 ** 32) - 2 ** 31) / 2 ** random.below(32);
  switch (random.below(6)) {
    case 0:
    case 1:
      view.setFloat64(0, ordinary);
      return view.getBigUint64(0);
    case 2:
    case 3:
      view.setFloat32(0, ordinary);
      return BOX | BigInt(view.getUint32(0));
    case 4:
      return operand(F64, random);
    default:
      return BOX | operand(F32, random);
  }
}

/** A loop of random instructions; s2 collects what they leave in registers and flags. */
function program(seed: number): string {
  const random = new Random(seed);
  const lines = Array.from({ length: INSTRUCTIONS }, () =>
    random.below(20) === 0
      ? pick(random, FLAGS)
      : `.word ${wordOf(pick(random, ROWS_OF_FLOATS), random)}`,
  );
  const all = (count: number, line: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join('\n');
  const values = Array.from({ length: (PASSES * PASS_BYTES) / 8 }, () => value(random));
  const frm = pick(random, [0, 0, 0, 0, 2]);
  return `
  li t0, 0x6000
  csrs mstatus, t0
  li t0, ${(frm << 5) | random.below(2)}
  csrw fcsr, t0
  la s0, values
  li s1, ${PASSES}
  li s2, 0
1:
  ${all(FLOATS, (n) => `fld f${n}, ${8 * n}(s0)`)}
  ${all(INTEGERS, (n) => `ld a${n}, ${8 * (FLOATS + n)}(s0)`)}
  ${lines.join('\n')}
  ${all(FLOATS, (n) => `fmv.x.d t1, f${n}\n add s2, s2, t1\n rori s2, s2, 7`)}
  ${all(INTEGERS, (n) => `add s2, s2, a${n}\n rori s2, s2, 7`)}
  csrr t1, fcsr
  add s2, s2, t1
  addi s0, s0, ${PASS_BYTES}
  addi s1, s1, -1
  bnez s1, 1b
  ${OFF}
  .balign 8
values:
  ${values.map((bits) => `.dword ${bits}`).join('\n')}
`;
}

async function run(source: string, engine: Engine): Promise<Machine> {
  const machine = await Machine.create(source, {
    core: await Core.create(engine, 64 << 20),
  });
  return machine.finish();
}

it('programs of F and D end in the same state with and without translation', async () => {
  const module = await coreModule();
  const translating = wasmEngine(module, 'wasm', resolveTranslation(FORCED));
  let inRegions = 0;
  let steps = 0;
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const source = program(seed);
    const interpreted = await run(source, wasmEngine(module, 'wasm-interpreter'));
    const translated = await run(source, translating);
    const of = (machine: Machine) => [seed, machine.steps, machine.csr('fcsr'), machine.x('s2')];
    expect(of(translated)).toEqual(of(interpreted));
    expect(translated.state()).toEqual(interpreted.state());
    inRegions += translated.counter('regionSteps');
    steps += Number(translated.steps);
  }
  expect(inRegions / steps).toBeGreaterThan(0.5);
});
