import { describe, expect, it } from 'vitest';
import { ClockKind } from '../../../src/core/abi.js';
import { Core } from '../../../src/core/core.js';
import type { Engine } from '../../../src/core/engine.js';
import { ExitReason } from '../../../src/core/exit-reason.js';
import { wasmEngine } from '../../../src/core/wasm-engine.js';
import { coreModule, Machine } from '../../../test/core/machine.js';
import { OFF, START, TRAP_LOG } from '../../../test/core/program-parts.js';
import { randomNumbers } from '../../../test/core/random.js';
import { testedTranslation } from '../../../test/tested-translation.js';
import { tsEngine } from '../engine.js';

const PROGRAMS = 12;
const ACCESSES = 250;
const HARTS = 2;
const ORIGIN = 1_700_000_000_123_456_789n;
const LOADS = ['lbu', 'lhu', 'lwu', 'ld'] as const;
const STORES = ['sb', 'sh', 'sw', 'sd'] as const;

interface Window {
  readonly base: number;
  readonly offsets: readonly number[];
  /** log2 of the width that most accesses have. */
  readonly width: number;
}

const range = (first: number, count: number, step: number) =>
  Array.from({ length: count }, (_, index) => first + index * step);

const WINDOWS: readonly Window[] = [
  { base: 0x200_0000, offsets: [0, 4, 8, 0x80], width: 2 },
  { base: 0x200_0000, offsets: [0x4000, 0x4004, 0x4008, 0x4010, 0xbff8, 0xbffc, 0xc000], width: 3 },
  { base: 0xc00_0000, offsets: [0, 4, 40, 40, 44, 44, 252, 256, 0x1000, 0x1004, 0x1008], width: 2 },
  { base: 0xc00_2000, offsets: range(0, 5, 0x80).flatMap((at) => [at, at + 4, at + 8]), width: 2 },
  { base: 0xc20_0000, offsets: range(0, 5, 0x1000).flatMap((at) => [at, at + 4]), width: 2 },
  { base: 0x1000_0000, offsets: range(0, 9, 1), width: 0 },
  { base: 0x10_1000, offsets: range(0, 10, 4), width: 2 },
  { base: 0x1000_1000, offsets: [0, 4, 8, 0x70, 0x100, 0x1fc, 0x200, 0x7000, 0x8000], width: 2 },
  { base: 0x10_0000, offsets: [0, 4], width: 2 },
];

/** Delays and looks at what is pending, between accesses. */
const PAUSES = [
  'csrr a1, mip; sd a1, 0(s1); addi s1, s1, 8',
  'rdtime a1; sd a1, 0(s1); addi s1, s1, 8',
  'li a1, 150; 1: addi a1, a1, -1; bnez a1, 1b',
  'li a1, 0xaaa; csrw mie, a1',
  'csrsi mstatus, 8',
  // A timer of hart 0 that falls due while a loop runs.
  ...[0, 1, 2].map(
    (ticks) =>
      `li a1, 0x200bff8; ld a2, 0(a1); addi a2, a2, ${ticks}; li a1, 0x2004000; sd a2, 0(a1)
      li a1, 0x80; csrs mie, a1; csrsi mstatus, 8; li a1, 150; 1: addi a1, a1, -1; bnez a1, 1b`,
  ),
];

/** Accesses to all devices, most of them of a width that is taken; what was read stands at `results`. */
function program(seed: number): string {
  const below = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const values = [
    () => below(256),
    () => pick([0x400, 0x800, 0xc00, 10, 11]),
    () => below(2 ** 31),
    () => 0xffff_ffff,
    () => below(3000),
  ];
  const lines: string[] = [];
  for (let access = 0; access < ACCESSES; access++) {
    const { base, offsets, width } = pick(WINDOWS);
    const shift = below(8) === 0 ? below(4) : width;
    const offset = pick(offsets) + (below(40) === 0 ? 1 : 0);
    lines.push(`li s0, ${base + offset}`);
    if (below(2) === 0) lines.push(`${LOADS[shift]} a0, 0(s0); sd a0, 0(s1); addi s1, s1, 8`);
    else lines.push(`li a0, ${pick(values)()}; ${STORES[shift]} a0, 0(s0)`);
    if (below(4) === 0) lines.push(pick(PAUSES));
  }
  return `${START} csrr t0, mhartid
park: bnez t0, park; la s1, results
    ${lines.join('\n')}
    ${OFF}
    ${TRAP_LOG}
.balign 8
results:
  .zero ${8 * 2 * ACCESSES}`;
}

interface Run {
  readonly machine: Machine;
  readonly ends: ExitReason[];
  readonly output: string;
}

/** Runs a program to its power-off; some input waits for it from the beginning. */
async function run(core: Core, source: string): Promise<Run> {
  const machine = await Machine.create(source, { core, harts: HARTS });
  core.exports.vmClock(machine.vm, ClockKind.Virtual, 0n, ORIGIN);
  machine.input('what the terminal says, longer than the receiver’s sixteen bytes');
  const ends: ExitReason[] = [];
  let output = '';
  do {
    ends.push(machine.run());
    output += machine.output();
  } while (ends.at(-1) === ExitReason.Console);
  return { machine, ends, output };
}

const host = (engine: Engine) => Core.create(engine, 64 << 20);

describe('the devices of the baseline', () => {
  it.each(range(1, PROGRAMS, 1))(
    'are those of the core, access by access: program %i',
    async (seed) => {
      const source = program(seed);
      const core = await run(
        await host(wasmEngine(await coreModule(), 'wasm', testedTranslation())),
        source,
      );
      const ts = await run(await host(tsEngine), source);
      const words = (of: Machine) =>
        Array.from({ length: Number((of.x('s1') - of.at('results')) / 8n) }, (_, index) =>
          of.word(of.at('results') + BigInt(8 * index)),
        );
      expect(words(core.machine).length).toBeGreaterThan(ACCESSES / 4);
      expect(words(ts.machine)).toEqual(words(core.machine));
      expect(ts.output).toBe(core.output);
      expect(ts.ends).toEqual(core.ends);
      expect(ts.machine.state()).toEqual(core.machine.state());
    },
  );
});
