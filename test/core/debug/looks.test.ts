import { describe, expect, it } from 'vitest';
import { advance, busy, outcome } from '../busy.js';
import { Machine } from '../machine.js';
import { A, ALL, D, V } from '../page-tables.js';
import { randomNumbers } from '../random.js';
import { FRAMES, spaceAt, TABLES, translated } from '../translated.js';
import { NO_ADDRESS } from './rig.js';

describe('a debugger’s look through the tables', () => {
  it('translates as the hart does, asks for no permission, and changes nothing', async () => {
    const { machine, tables } = await translated('here: nop');
    const slot = tables.map(0x4000_1000n, FRAMES, V | 2n | 16n);
    tables.map(0x4020_0000n, 0x8020_0000n, ALL & ~(A | D), 1);
    machine.runTo('here');
    const before = machine.state();
    const translate = (va: bigint) => machine.core.exports.hartTranslate(machine.vm, 0, va);
    expect(translate(0x4000_1234n)).toBe(FRAMES + 0x234n);
    expect(translate(0x4021_2345n)).toBe(0x8021_2345n);
    expect(translate(0x4000_2000n)).toBe(NO_ADDRESS);
    expect(translate(0x4000_0000_0000n)).toBe(NO_ADDRESS);
    expect(machine.word(slot) & (A | D)).toBe(0n);
    expect(machine.state()).toEqual(before);
  });

  it('is direct in M-mode', async () => {
    const machine = await Machine.create('j .');
    spaceAt(machine, TABLES);
    expect(machine.core.exports.hartTranslate(machine.vm, 0, 0x1234n)).toBe(0x1234n);
  });
});

describe.each([1, 4])('stops leave no trace in what %i harts do', (harts) => {
  it('where breakpoints and watchpoints come and go', async () => {
    const total = 20_000n;
    const plain = await busy(harts);
    advance(plain, total, () => total);
    const random = randomNumbers(harts);
    const debugged = await busy(harts);
    const { exports } = debugged.core;
    const labels = ['supervisor', 'loop', 'interrupt', 'timer', 'return', 'handler'];
    let stops = 0;
    const next = () => {
      const address = debugged.at(labels[random(labels.length)] ?? 'loop') + BigInt(2 * random(8));
      if (random(2) === 0) exports.vmSetBreakpoint(debugged.vm, address);
      else exports.vmClearBreakpoint(debugged.vm, address);
      const data = 0x4000_0000n + BigInt(random(40) * 4096 + 8);
      if (random(2) === 0) exports.vmSetWatchpoint(debugged.vm, data, 8n, 1 + random(3));
      else exports.vmClearWatchpoint(debugged.vm, data, 8n, 1 + random(3));
      return BigInt(1 + random(400));
    };
    advance(debugged, total, next, () => stops++);
    expect(stops).toBeGreaterThan(100);
    expect(outcome(debugged)).toEqual(outcome(plain));
  });
});
