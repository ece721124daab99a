import { expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { Machine, newCore } from './machine.js';
import { OFF } from './program-parts.js';
import { randomNumbers } from './random.js';

/** More pages than the pool has (2,040), so that each lap evicts all of them. */
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

it('VMs that evict each other’s code from the pool do not notice', async () => {
  const pages = 1200;
  const core = await newCore();
  const lapper = async () => {
    const machine = await Machine.create(
      `
      la s1, back
lap:  li t0, ${CODE}
      jr t0
back: addi s2, s2, 1
      j lap`,
      { core },
    );
    for (let n = 0; n < pages; n++) machine.ram.write(pageAt(n), page(n % 2 === 0 ? 1 : 2));
    machine.ram.write(pageAt(pages), assemble('jr s1').bytes);
    return machine;
  };
  const [one, other] = [await lapper(), await lapper()];
  const random = randomNumbers(5);
  for (let turn = 0; turn < 400; turn++) {
    one.run(BigInt(random(100)));
    other.run(BigInt(random(100)));
    if (turn % 50 === 0) {
      one.run(5000n);
      other.run(5000n);
    }
  }
  for (const machine of [one, other]) {
    const alone = await lapper();
    alone.run(machine.steps);
    expect(machine.state().harts).toEqual(alone.state().harts);
    expect(Number(machine.x('s2'))).toBeGreaterThan(10);
  }
});
