import { afterAll, describe, expect, test } from 'vitest';
import { OwnEngine } from '../engines/own.js';
import { WrongResultError } from '../errors.js';
import { PROGRAMS as TRANSLATION } from '../translation/programs/all.js';
import { PROGRAMS as VCPU } from '../vcpu/programs/all.js';
import { alu } from '../vcpu/programs/alu.js';
import { countInstructions } from './measure.js';

const engine = new OwnEngine();
afterAll(() => engine[Symbol.asyncDispose]());

describe.each([...VCPU, ...TRANSLATION])('$name', (program) => {
  test('has the result that its model says, and takes as many instructions each pass', async () => {
    const count = await countInstructions(engine, program);
    const three = await engine.run(program, 3);
    expect(count.pass).toBeGreaterThan(1000);
    expect(three.instructions).toBe(count.base + 3 * count.pass);
  });
});

test('a wrong result is found', async () => {
  const broken = { ...alu, expected: alu.expected ^ 1n };
  await expect(engine.run(broken, 1)).rejects.toThrow(WrongResultError);
});
