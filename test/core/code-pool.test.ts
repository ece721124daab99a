import { expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { Machine } from './machine.js';
import { OFF } from './program-parts.js';

/** More pages than the pool has (2,048), so that each lap evicts all of them. */
const PAGES = 2500;
const CODE = RAM_BASE + 0x1000n;
const LAPS = 3;

const pageAt = (n: number) => CODE + BigInt(n) * 0x1000n;

/** Adds `n` to a0, and goes on in the next page. */
const page = (n: number) => assemble(`addi a0, a0, ${n}; j . + 4092`).bytes;

it('a program of more code pages than the pool has runs right, in bounded memory', async () => {
  const machine = await Machine.create(`
      li s0, ${LAPS}
      la s1, back
lap:  li t0, ${CODE}
      jr t0
back: addi s0, s0, -1
changed: bnez s0, lap
      ${OFF}`);
  for (let n = 0; n < PAGES; n++) machine.ram.write(pageAt(n), page((n % 3) + 1));
  machine.ram.write(pageAt(PAGES), assemble('jr s1').bytes);
  machine.runTo('changed');
  const once = Number(machine.x('a0'));
  expect(once).toBe(Array.from({ length: PAGES }, (_, n) => (n % 3) + 1).reduce((a, b) => a + b));

  const used = machine.core.framesUsed();
  const size = machine.core.memory.buffer.byteLength;
  // Of these two, the first's decoded code was evicted, the last's is still there.
  machine.ram.write(pageAt(0), page(1001));
  machine.ram.write(pageAt(PAGES - 1), page(1001));
  machine.finish();
  expect(Number(machine.x('a0'))).toBe(LAPS * once + (LAPS - 1) * (1000 + 1000));
  expect(machine.core.framesUsed()).toBe(used);
  expect(machine.core.memory.buffer.byteLength).toBe(size);
});
