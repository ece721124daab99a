import type { Extent } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import { UnavailableError } from '../errors.js';
import { median } from '../row.js';
import { timeRuns } from '../timing.js';
import type { GuestProgram } from './program.js';

/** A shorter run says too little about the speed to size another by it. */
const TELLING_SECONDS = 0.12;
/** Growth from one sizing run to the next: enough to get on, and to let the engine warm up. */
const LEAST_GROWTH = 2;
const MOST_GROWTH = 16;
/** Single passes are repeated no longer than this: where they take longer, a repetition tells little. */
const SINGLES_SECONDS = 0.1;

/** How a program's instructions are counted: those of one pass, and of a run without any. */
export interface InstructionCount {
  readonly base: number;
  readonly pass: number;
}

/** As the engine counts them, in runs of one and of two passes. @throws Error if it does not count */
export async function countInstructions(
  engine: ProgramEngine,
  program: GuestProgram,
): Promise<InstructionCount> {
  const one = (await engine.run(program, 1)).instructions;
  const two = (await engine.run(program, 2)).instructions;
  if (one === undefined || two === undefined) {
    throw new Error(`${engine.name} does not count instructions`);
  }
  return { pass: two - one, base: 2 * one - two };
}

/**
 * Passes a second, one sample for each run. The number of passes is chosen so that they last about
 * `extent.targetSeconds`, after runs that warmed the engine up. A run of a single pass is
 * subtracted, and with it the engine's start and end, the program's setup, and the translation of
 * its code.
 *
 * @throws Error if the engine's own count of instructions is not what `count` says; UnavailableError if the
 * machine is too busy to tell
 */
export async function measurePasses(
  engine: ProgramEngine,
  program: GuestProgram,
  count: InstructionCount,
  extent: Extent,
): Promise<number[]> {
  const singles: number[] = [];
  for (let spent = 0; singles.length < extent.runs && spent < SINGLES_SECONDS; ) {
    const { seconds } = await engine.run(program, 1);
    singles.push(seconds);
    spent += seconds;
  }
  const single = median(singles);
  // What is subtracted must not be more than what is left.
  const target = Math.max(extent.targetSeconds, single);
  const passes = await size(engine, program, single, target);
  const samples = await timeRuns(program.name, extent.runs, async () => {
    const { seconds, instructions } = await engine.run(program, passes);
    const expected = count.base + passes * count.pass;
    if (instructions !== undefined && instructions !== expected) {
      throw new Error(
        `${program.name} took ${instructions} instructions on ${engine.name}, not ${expected}`,
      );
    }
    if (seconds <= single) {
      throw new UnavailableError(
        `this machine is too busy: ${passes} passes took no longer than a single one`,
      );
    }
    return (seconds - single) * 1000;
  });
  return samples.map((milliseconds) => (passes - 1) / (milliseconds / 1000));
}

/** The number of passes, at least 2, that take `target` seconds beyond the first one. */
async function size(
  engine: ProgramEngine,
  program: GuestProgram,
  single: number,
  target: number,
): Promise<number> {
  for (let more = 1; ; ) {
    const seconds = (await engine.run(program, 1 + more)).seconds - single;
    if (seconds >= TELLING_SECONDS) return 1 + Math.max(1, Math.round((more * target) / seconds));
    const growth = seconds > 0 ? target / seconds : MOST_GROWTH;
    more = Math.ceil(more * Math.min(Math.max(growth, LEAST_GROWTH), MOST_GROWTH));
  }
}
