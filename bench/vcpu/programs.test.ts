import { afterAll, describe, expect, test } from 'vitest';
import { WasmEngine } from '../engines/wasm.js';
import { WrongResultError } from '../errors.js';
import { countInstructions } from './measure.js';
import { PROGRAMS } from './programs/all.js';
import { alu } from './programs/alu.js';

const engine = new WasmEngine();
afterAll(() => engine[Symbol.asyncDispose]());

describe.each(PROGRAMS)('$name', (program) => {
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
