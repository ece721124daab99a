import { describe, expect, it } from 'vitest';
import { LayoutValue, RAM_BASE } from '../../src/core/abi.js';
import type { Machine } from './machine.js';
import { R, V, W } from './page-tables.js';
import { randomNumbers } from './random.js';
import { FRAMES, translated } from './translated.js';

const pageOf = (address: bigint) => Number((address - RAM_BASE) >> 12n);
const begin = (machine: Machine) => machine.core.exports.vmBeginEpoch(machine.vm) >>> 0;

describe('any number of those who count in epochs', () => {
  const PAGES = 128;
  /** Stores, atomics and loads at pages that a generator draws; s5 counts them. */
  const DRAWING = `
      li s0, 0x40000000
      li s1, 6364136223846793005
      li s2, 1442695040888963407
      li s3, 1
      li s6, 1
1:    mul s3, s3, s1
      add s3, s3, s2
      srli t0, s3, 33
      andi t0, t0, ${PAGES - 1}
      slli t0, t0, 12
      add t0, t0, s0
      srli t1, s3, 61
      beqz t1, 2f
      beq t1, s6, 3f
      ld t2, 16(t0)
      addi s5, s5, 1
      j 1b
2:    sd s3, 8(t0)
      addi s5, s5, 1
      j 1b
3:    amoadd.d t2, s3, (t0)
      addi s5, s5, 1
      j 1b`;

  interface Consumer {
    readonly machine: Machine;
    readonly since: number;
    readonly ram: Uint8Array;
    /** Pages that were written since, as the test knows them. */
    readonly written: Set<number>;
  }

  const changedPages = ({ core, vm }: Machine, since: number) => {
    const count = core.exports.vmChangedPages(vm, since, 0) >>> 0;
    return new Uint32Array(core.memory.buffer, core.layout(LayoutValue.Transfer), count).slice();
  };

  it.each([1, 2])('find what changed since theirs, and no more: seed %i', async (seed) => {
    const { machine, tables } = await translated(DRAWING, {
      setup: 'li t0, 1 << 61; csrs menvcfg, t0',
      memory: 4 << 20,
    });
    const slots = Array.from({ length: PAGES }, (_, n) =>
      tables.map(0x4000_0000n + BigInt(n) * 0x1000n, FRAMES + BigInt(n) * 0x1000n, V | R | W),
    );
    const [slot = 0n] = slots;
    const random = randomNumbers(seed);
    const machines = [machine];
    let consumers: Consumer[] = [];
    let drawn = 0;
    for (let round = 0; round < 60; round++) {
      const one = machines[random(machines.length)] as Machine;
      if (random(3) === 0) {
        consumers.push({
          machine: one,
          since: begin(one),
          ram: one.ram.read(RAM_BASE, one.ram.size),
          written: new Set(),
        });
      }
      const mine = consumers.filter((consumer) => consumer.machine === one);
      const write = (at: number) => {
        for (const { written } of mine) written.add(at);
      };
      if (random(4) === 0) {
        const place = FRAMES + BigInt(random(2 * PAGES)) * 0x1000n;
        one.ram.writeU64(place, BigInt(round));
        write(pageOf(place));
      }
      if (random(8) === 0 && machines.length < 4) machines.push(one.fork());
      const before = Number(one.x('s5'));
      one.run(BigInt(1 + random(random(2) ? 40 : 4000)));
      const after = Number(one.x('s5'));
      // What it stored to is known by drawing along; the last draw was perhaps only begun.
      for (let n = before + 1; n <= after + 1; n++) {
        const state = stateAfter(n);
        if (state >> 61n < 2n) write(pageOf(FRAMES) + pageDrawn(state));
      }
      drawn += after - before;
      for (const { written } of mine) written.add(pageOf(slot)).add(0);
      for (const { machine: of, since, ram, written } of mine) {
        const changed = new Set(changedPages(of, since));
        for (const at of changed) expect(written).toContain(at);
        for (let at = 0; at < of.ram.size / 4096; at++) {
          const now = of.ram.read(RAM_BASE + BigInt(at) * 0x1000n, 4096);
          const was = ram.subarray(at * 4096, (at + 1) * 4096);
          if (Buffer.compare(now, was) !== 0) expect(changed).toContain(at);
        }
      }
      if (consumers.length > 5) consumers = consumers.filter(() => random(2) > 0);
    }
    expect(drawn).toBeGreaterThan(3000);
  });
});

/** What the generator is at after so many draws. */
const states = [1n];
function stateAfter(draws: number): bigint {
  for (let last = states.at(-1) ?? 1n; states.length <= draws; ) {
    last = BigInt.asUintN(64, last * 6364136223846793005n + 1442695040888963407n);
    states.push(last);
  }
  return states[draws] ?? 1n;
}
const pageDrawn = (state: bigint) => Number((state >> 33n) & 127n);
