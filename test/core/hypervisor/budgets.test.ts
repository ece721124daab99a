/** A hypervisor and its guest do the same however a host cuts their time, steps or looks. */
import { describe, expect, it } from 'vitest';
import { CSR_NUMBERS } from '../../../isa/csrs.js';
import {
  HART_COUNTERS,
  type HartCounter,
  HartRegister,
  REGIME_COUNTERS,
  REGIMES,
} from '../../../src/core/abi.js';
import { ExitReason } from '../../../src/core/exit-reason.js';
import { advance, outcome } from '../busy.js';
import type { Machine } from '../machine.js';
import { randomNumbers } from '../random.js';
import { exitsOf, nestedWorld } from './nested-world.js';

/** Not the machine's, but the host's: how often it called, what it made present, what it translated. */
const HOSTS = ['missRefill', 'missCode', 'slow', 'regionEntries', 'regionSteps'];

/** All that hypervisors and guests can see, and what of them is counted. */
function everything(machine: Machine) {
  const { exports } = machine.core;
  const each = <T>(what: (hart: number) => T) =>
    Array.from({ length: machine.harts }, (_, hart) => what(hart));
  return {
    ...outcome(machine),
    virtualized: each((hart) => machine.core.register(machine.vm, hart, HartRegister.Virtualized)),
    csrs: each((hart) =>
      [...CSR_NUMBERS]
        .map(([name, number]) => `${name} ${exports.hartCsr(machine.vm, hart, number)}`)
        .join('\n'),
    ),
    counters: each((hart) =>
      HART_COUNTERS.filter((name) => !HOSTS.includes(name))
        .map((name) => `${name} ${machine.counter(name, hart)}`)
        .join('\n'),
    ),
    regimes: each((hart) =>
      REGIMES.flatMap((_, regime) =>
        REGIME_COUNTERS.filter((name) => name !== 'exits').map((name) => {
          const which = REGIME_COUNTERS.indexOf(name);
          return exports.hartRegimeCounter(machine.vm, hart, regime, which);
        }),
      ),
    ),
  };
}

describe.each([1, 2])('a nested world after N steps, with %i harts,', (harts) => {
  const total = 60_000n;
  const whole = async () => {
    const machine = await nestedWorld(harts);
    advance(machine, total, () => total);
    return machine;
  };

  it('is one in which everything happened', async () => {
    const machine = await whole();
    for (let hart = 0; hart < harts; hart++) {
      const { causes, interrupts } = exitsOf(machine, hart);
      // VS ecalls, guest-page faults of loads and stores, virtual instructions.
      for (const cause of [10, 21, 22, 23]) expect(causes[cause]).toBeGreaterThan(5);
      expect(interrupts).toBeGreaterThan(10);
      expect(machine.counter('guestInterrupts', hart)).toBeGreaterThan(10);
      expect(machine.counter('guestTableReads', hart)).toBeGreaterThan(500);
      // Timer interrupts of the guest's own left no trace with the hypervisor.
      expect(machine.counter('interrupts', hart)).toBeGreaterThan(interrupts + 10);
      expect(machine.csr('vscause', hart)).toBe((1n << 63n) | 5n);
    }
  });

  it('is booked to its regimes whole: steps, misses and traps', async () => {
    const machine = await whole();
    const sum = (hart: number, name: (typeof REGIME_COUNTERS)[number]) =>
      REGIMES.reduce((total, _, regime) => {
        const which = REGIME_COUNTERS.indexOf(name);
        return (
          total + Number(machine.core.exports.hartRegimeCounter(machine.vm, hart, regime, which))
        );
      }, 0);
    for (let hart = 0; hart < harts; hart++) {
      const count = (name: HartCounter) => machine.counter(name, hart);
      expect(sum(hart, 'steps')).toBe(count('steps'));
      for (const name of ['missRead', 'missWrite', 'missFetch'] as const) {
        expect(sum(hart, name)).toBe(count(name));
      }
      expect(sum(hart, 'traps')).toBe(count('exceptions') + count('interrupts'));
    }
  });

  it('does not depend on how the budget is cut', async () => {
    const expected = everything(await whole());
    const single = await nestedWorld(harts);
    advance(single, total, () => 1n);
    expect(everything(single)).toEqual(expected);
    for (const seed of [1, 2, 3]) {
      const random = randomNumbers(seed);
      const cut = await nestedWorld(harts);
      advance(cut, total, () => BigInt(1 + random(seed === 1 ? 40 : 7000)));
      expect(everything(cut)).toEqual(expected);
    }
  });

  it('does not depend on looks at translations, addresses dropped, or new epochs', async () => {
    const expected = outcome(await whole());
    const random = randomNumbers(harts);
    const looked = await nestedWorld(harts);
    const { exports } = looked.core;
    advance(looked, total, () => {
      const page = [0, 0x200, 0x201, 0x400, 0x800, 0xc00, 0xc05, 0xc0f][random(8)] ?? 0;
      exports.vmDropAddresses(looked.vm, page);
      if (random(8) === 0) exports.vmBeginEpoch(looked.vm);
      const address = 0x4000_0000n + BigInt(random(600)) * 4096n;
      exports.hartWalk(looked.vm, random(harts), address, random(3), random(6) % 5);
      exports.hartTranslate(looked.vm, random(harts), address);
      return BigInt(1 + random(60));
    });
    expect(outcome(looked)).toEqual(expected);
  });
});

it('goes through world switches by a debugger’s steps', async () => {
  // Single steps take no interrupts: a world without timers.
  const quiet = async () => {
    const machine = await nestedWorld(1);
    machine.runTo('guest');
    machine.core.exports.hartSetCsr(machine.vm, 0, CSR_NUMBERS.get('mie') ?? 0, 0n);
    return machine;
  };
  const ran = await quiet();
  const stepped = await quiet();
  const worlds = new Set<string>();
  for (let n = 0; n < 4000; n++) {
    const reason = stepped.core.exports.vmStepHart(stepped.vm, 0, 0n, 0n);
    expect(reason).toBe(ExitReason.Budget);
    const v = stepped.core.register(stepped.vm, 0, HartRegister.Virtualized);
    worlds.add(`${stepped.privilege()} ${v}`);
    if (stepped.core.exports.hartActivity(stepped.vm, 0) === 2) break;
  }
  ran.run(stepped.steps - ran.steps);
  expect(everything(ran)).toEqual(everything(stepped));
  expect([...worlds].sort()).toEqual(['1 0', '1 1']);
  expect(exitsOf(stepped, 0).causes[10]).toBeGreaterThan(2);
});
