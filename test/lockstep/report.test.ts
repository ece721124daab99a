import { expect, it } from 'vitest';
import { tellResult } from '../../src/cli/lockstep/report.js';
import { lockstepOn } from '../../src/lockstep/lockstep.js';
import { withFaultyEngine } from './faulty-engine.js';
import { COUNTING, program } from './program.js';

it('a report shows the instruction, what differs, and the hart before', async () => {
  const platform = withFaultyEngine(1000n, ({ exports }, vm) => {
    exports.hartSetRegister(vm, 0, 10, 0x1234n);
  });
  const result = await lockstepOn(platform, {
    engines: ['wasm', 'faulty'],
    vm: program(COUNTING),
    every: 5000,
    steps: 20_000,
  });
  const lines = tellResult(result).split('\n');
  expect(lines[0]).toBe('wasm and faulty differ after step 1,000');
  expect(lines.slice(4, 9)).toEqual([
    'hart 0, mode M, pc 0x80000014:  150513  addi a0,a0,1',
    '  wasm executed it, faulty executed it',
    '',
    '                before                wasm                  faulty',
    '  0: a0         0x8e                  0x8f                  0x1234',
  ]);
  expect(lines).toContain('hart 0 before:');
});
