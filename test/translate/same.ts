import { expect } from 'vitest';
import type { Translation } from '../../src/core/translate/translation.js';
import { Machine, type MachineOptions, PLENTY } from '../core/machine.js';
import { FORCED } from '../tested-translation.js';
import { advance, allOf, interpretingCore, shareInRegions, translatingCore } from './beside.js';
import { stateDifferences } from './state-differences.js';

export interface SameOptions extends MachineOptions {
  readonly translation?: Translation | undefined;
  /** Before the first step, and what makes page tables, data. */
  readonly prepare?: (machine: Machine) => void;
  /** What comes from outside, after so many steps of each round. */
  readonly between?: (machine: Machine, round: number) => void;
  /** Rounds, and steps of one; the program may end before. Default: one of plenty. */
  readonly rounds?: number;
  readonly steps?: bigint;
  /** Of the steps, those that must be in regions. Default: half of them. */
  readonly share?: number;
}

/** Runs a program interpreted and translated, with all budgets alike; fails where both differ. The translated one. */
export async function same(source: string, options: SameOptions = {}): Promise<Machine> {
  const interpreted = await Machine.create(source, { ...options, core: await interpretingCore() });
  const translation = options.translation ?? FORCED;
  const translated = await Machine.create(source, {
    ...options,
    core: await translatingCore(translation),
  });
  const { prepare, between, rounds = 1, steps = PLENTY } = options;
  for (const machine of [interpreted, translated]) prepare?.(machine);
  for (let round = 0; round < rounds; round++) {
    for (const machine of [interpreted, translated]) {
      advance(machine, steps, () => steps);
      between?.(machine, round);
    }
    const found = stateDifferences(allOf(interpreted), allOf(translated));
    expect(found.slice(0, 12), `round ${round}`).toEqual([]);
  }
  expect(shareInRegions(interpreted)).toBe(0);
  expect(shareInRegions(translated)).toBeGreaterThanOrEqual(options.share ?? 0.5);
  return translated;
}
