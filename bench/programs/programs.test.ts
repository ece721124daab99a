import { afterAll, describe, expect, test } from 'vitest';
import { OwnEngine } from '../engines/own.js';
import { UnavailableError, WrongResultError } from '../errors.js';
import { PROGRAMS as NESTED, RATIOS as NESTED_RATIOS } from '../nested/programs/all.js';
import { GUEST_PROGRAMS, PROGRAMS as TRANSLATION } from '../translation/programs/all.js';
import { PROGRAMS as VCPU } from '../vcpu/programs/all.js';
import { alu } from '../vcpu/programs/alu.js';
import { cold } from '../vcpu/programs/cold.js';
import { countInstructions } from './measure.js';

const engine = new OwnEngine();
const baseline = new OwnEngine('ts');
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await baseline[Symbol.asyncDispose]();
});

const RATIOS = [...GUEST_PROGRAMS, ...NESTED_RATIOS].flatMap(({ program, beside }) => [
  program,
  beside,
]);
const ALL = new Set([...VCPU, cold(0), ...TRANSLATION, ...RATIOS, ...NESTED]);

describe.each([...ALL])('$name', (program) => {
  test('has the result that its model says, and takes as many instructions each pass', async () => {
    const count = await countInstructions(engine, program);
    const three = await engine.run(program, 3);
    expect(count.pass).toBeGreaterThan(1000);
    expect(three.instructions).toBe(count.base + 3 * count.pass);
  });

  if (program.hypervisor) {
    test('has no row of an engine without the hypervisor extension', async () => {
      await expect(baseline.run(program, 1)).rejects.toThrow(UnavailableError);
    });
  } else {
    test('is the same work in plain TypeScript', async () => {
      const { instructions } = await baseline.run(program, 1);
      expect(instructions).toBe((await engine.run(program, 1)).instructions);
    });
  }
});

test('cold programs of two seeds are different programs of the same length', async () => {
  expect(cold(1).expected).not.toBe(cold(2).expected);
  const [one, two] = [await engine.run(cold(1), 1), await engine.run(cold(2), 1)];
  expect(one.instructions).toBe(two.instructions);
});

test('a wrong result is found', async () => {
  const broken = { ...alu, expected: alu.expected ^ 1n };
  await expect(engine.run(broken, 1)).rejects.toThrow(WrongResultError);
});
