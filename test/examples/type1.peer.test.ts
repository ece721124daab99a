import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hartwood } from '../cli/hartwood.js';
import {
  buildType1,
  changesOfSpeaker,
  lines,
  type Machine,
  onHartwood,
  onQemu,
  rowOf,
  type Variant,
} from './type1.js';

const HANGS: Variant = { ends: 'hang', decode: 'htinst' };
const FAULTS: Variant = { ends: 'faults', decode: 'memory' };
const UNMAPPED: Variant = { ends: 'unmapped', decode: 'memory' };

const COUNTED = [2262, 4203, 6057, 7837, 9592, 11301, 13010, 14683, 16342, 17984];
/** What the rogue tries, and what it must get for it. */
const ATTEMPTS = [
  'write my own last word: nothing happened',
  'read behind my RAM: trap 5',
  'read the neighbour: trap 5',
  'write the neighbour: trap 7',
  'jump to nowhere: trap 1',
  'write the power switch: trap 7',
  'stop the clock: trap 7',
  'read four bytes of the UART: trap 5',
  'read hgatp: trap 2',
  'write hgatp: trap 2',
  'fence all guests: trap 2',
  'read as a hypervisor: trap 2',
  'read mstatus: trap 2',
  'ask for an SBI call that is none: SBI error -2',
  "have the neighbour's memory printed: SBI error -3",
  'have more printed than there is: SBI error -3',
];

const MACHINES: readonly (readonly [string, Machine])[] = [
  ['Hartwood', onHartwood()],
  ['Hartwood under a virtual clock', onHartwood('--clock', 'virtual')],
  ['QEMU', onQemu],
];

let folder = '';
const built = new Map<Variant, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-type1-'));
  for (const variant of [HANGS, FAULTS, UNMAPPED]) {
    built.set(variant, await buildType1(folder, variant));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const elf = (variant: Variant) => built.get(variant) ?? '';

function expectWorkerUnharmed(output: string): void {
  expect(lines(output, '[worker] ')).toEqual([
    ...COUNTED.map((count, round) => `primes below ${20_000 * (round + 1)}: ${count}`),
    'my count is right, my memory is as I left it',
  ]);
  expect(lines(output, '[type1] worker: ').at(-1)).toBe('has finished well');
  expect(rowOf(output, 'worker')).toMatchObject({ ended: 'finished', fault: 0, instruction: 0 });
}

describe.each(MACHINES)('the type 1 hypervisor on %s', (_, machine) => {
  it('runs both guests in turns, and kills the one that hangs', async () => {
    const output = await machine(elf(HANGS));
    expectWorkerUnharmed(output);
    const rogue = lines(output, '[rogue] ');
    expect(rogue).toEqual([...ATTEMPTS, 'turn interrupts off and never come back']);
    const reports = lines(output, '[type1] rogue: ');
    expect(reports.filter((line) => line.includes('refused'))).toHaveLength(11);
    expect(reports.at(-1)).toMatch(/^killed at pc 0x8000[0-9a-f]{4}: it hangs with its interrupts/);
    // What does not depend on how fast the machine is, is the same on all.
    expect(rowOf(output, 'worker')).toMatchObject({ sbi: 22, device: 522 });
    expect(rowOf(output, 'rogue')).toMatchObject({
      ...{ ended: 'killed', sbi: 37, device: 1068, fault: 7, instruction: 4 },
    });
    expect(rowOf(output, 'worker').slices).toBeGreaterThan(10);
    expect(rowOf(output, 'rogue').slices).toBeGreaterThan(10);
    expect(changesOfSpeaker(output)).toBeGreaterThanOrEqual(4);
  });

  it('kills a guest whose every fault leads to the next', async () => {
    const output = await machine(elf(FAULTS));
    expectWorkerUnharmed(output);
    const reports = lines(output, '[type1] rogue: ');
    expect(reports.filter((line) => line.includes('(its page tables lead there)'))).toHaveLength(9);
    expect(reports.at(-1)).toMatch(/^killed at .*: it has done too much that is forbidden$/);
    expect(rowOf(output, 'rogue')).toMatchObject({ ended: 'killed', fault: 16, instruction: 4 });
  });

  it('survives an instruction that it cannot read any more', async () => {
    const output = await machine(elf(UNMAPPED));
    expectWorkerUnharmed(output);
    expect(lines(output, '[rogue] ').at(-1)).toBe(
      'take away my own code under a store to the UART',
    );
    expect(rowOf(output, 'rogue').ended).toBe('killed');
  });
});

it.each([
  ['rv64', 'hypervisor extension'],
  ['rv64,h=on,sstc=off', 'timer for HS-mode (Sstc)'],
])('says what a machine lacks: %s', async (model, lacks) => {
  const run = await hartwood(['run', '--cpu', model, '--bare', elf(HANGS)]);
  expect(run.stdout).toBe(`[type1] panic: this hart has no ${lacks}\n`);
  expect(run.status).toBe(1);
});

it('prints the same, byte for byte, each time that it runs under a virtual clock', async () => {
  const machine = onHartwood('--clock', 'virtual');
  const first = await machine(elf(HANGS));
  expect(first).toContain('all guests are over');
  // Whoever waits, waits in the hypervisor, so that another can run.
  expect(rowOf(first, 'worker').wait).toBe(COUNTED.length);
  expect(rowOf(first, 'rogue').wait).toBe(ATTEMPTS.length + 1);
  expect(await machine(elf(HANGS))).toBe(first);
});
