import { Image } from '../code.js';
import { HYPERVISOR_CPU } from '../cpu.js';
import type { Machine } from '../machine.js';
import { MEMORY } from '../machine.js';
import type { Mismatch } from '../mismatch.js';
import { Random } from '../random.js';
import { differences } from './differences.js';
import { currentWorld, harness } from './harness.js';
import type { StageCoverage } from './stage-coverage.js';
import { HARNESS_SIZE, OPERATIONS_MOST, WORLD_SIZE } from './world.js';
import { type World, writeWorld } from './world-writer.js';

/** Worlds of one run: as many as fit in memory. */
const WORLDS_MOST = Math.floor((MEMORY - HARNESS_SIZE) / WORLD_SIZE);
/** Streams of random numbers that other campaigns do not use. */
const STREAM = 0x2_0000;

export interface WorldOptions {
  readonly seed: number;
  /** Worlds, from number `first` on. */
  readonly count: number;
  readonly first?: number | undefined;
}

/** Runs hypervisors' worlds on both machines; what differed. */
export async function compareWorlds(
  machines: readonly [oracle: Machine, subject: Machine],
  { seed, count, first = 0 }: WorldOptions,
  coverage: StageCoverage,
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  const end = first + count;
  for (let from = first; from < end; from += WORLDS_MOST - (from % WORLDS_MOST)) {
    const size = Math.min(WORLDS_MOST - (from % WORLDS_MOST), end - from);
    const { image, worlds } = writeWorlds(seed, from, size);
    const initial = image.bytes.slice();
    const outcomes = await Promise.all(
      machines.map((machine) => machine.run(image.bytes, HYPERVISOR_CPU)),
    );
    for (const [n, { ended, memory }] of outcomes.entries()) {
      if (ended) continue;
      const number = from + (currentWorld(memory) - placeOf(from)) / WORLD_SIZE;
      const text = `world ${number} of seed ${seed} does not end on ${machines[n]?.name}`;
      mismatches.push({ name: 'no end', text });
    }
    const [oracle, subject] = outcomes.map(({ memory }) => memory) as [Uint8Array, Uint8Array];
    for (const [n, { operations }] of worlds.entries()) {
      const at = placeOf(from + n);
      coverage.world(initial, oracle, at, operations);
      const found = differences(oracle, subject, at, operations);
      if (found.length === 0) continue;
      const told = found.slice(0, 3).map(({ text }) => text);
      const more = found.length > told.length ? [`  and ${found.length - told.length} more`] : [];
      const text = [`world ${from + n} of seed ${seed}:`, ...told, ...more].join('\n  ');
      mismatches.push({ name: 'two-stage', text });
    }
  }
  return mismatches;
}

/** A world always stands at the same place, so that it can be repeated alone. */
const placeOf = (number: number) => HARNESS_SIZE + (number % WORLDS_MOST) * WORLD_SIZE;

/** RAM with `count` worlds from number `from` on. */
export function writeWorlds(
  seed: number,
  from: number,
  count: number,
): { readonly image: Image; readonly worlds: readonly World[] } {
  const image = new Image(placeOf(from + count - 1) + WORLD_SIZE, 0);
  const worlds = Array.from({ length: count }, (_, n) =>
    writeWorld(image, placeOf(from + n), new Random(seed, STREAM + from + n), OPERATIONS_MOST),
  );
  image.copy(harness({ worlds: count, first: placeOf(from) }), 0);
  return { image, worlds };
}
