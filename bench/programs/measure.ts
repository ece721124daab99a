import type { Extent } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import { UnavailableError } from '../errors.js';
import { median } from '../row.js';
import { timeRuns } from '../timing.js';
import type { GuestProgram } from './program.js';

/** A run of less than this part of its target says too little about the speed to size another by it. */
const TELLING = 1 / 4;
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

/** Times that the size of a program's runs is found anew, where a machine is busy with other things. */
const MOST_TRIES = 3;

/** A program whose runs were given a length. */
export interface SizedProgram {
  readonly passes: number;
  /** Seconds of a run of one pass. */
  readonly single: number;
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
  let sized = await sizePasses(engine, program, extent);
  // What is subtracted must not be much more than what is left.
  const target = Math.max(extent.targetSeconds, sized.single / 2);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const samples = await timeRuns(
      program.name,
      extent.runs,
      async () => (await passSeconds(engine, program, sized, count)) * 1000,
    );
    const passes = sized.passes - 1;
    const typical = (median(samples) * passes) / 1000;
    if (typical >= target / 3 && Math.min(...samples) > 0) {
      return samples.map((milliseconds) => 1 / (milliseconds / 1000));
    }
    // A run that was held up by other processes made it seem slower than it is.
    const growth = Math.min(Math.max(target / typical, LEAST_GROWTH), MOST_GROWTH);
    sized = { ...sized, passes: 1 + Math.ceil(passes * growth) };
  }
  throw new UnavailableError(
    `this machine is too busy: ${sized.passes} passes of ${program.name} hardly take longer than one`,
  );
}

/** Finds the number of passes, at least 2, that take about `extent.targetSeconds` beyond the first one. */
export async function sizePasses(
  engine: ProgramEngine,
  program: GuestProgram,
  extent: Extent,
): Promise<SizedProgram> {
  const singles: number[] = [];
  for (let spent = 0; singles.length < extent.runs && spent < SINGLES_SECONDS; ) {
    const { seconds } = await engine.run(program, 1);
    singles.push(seconds);
    spent += seconds;
  }
  const single = median(singles);
  const target = Math.max(extent.targetSeconds, single / 2);
  for (let more = 1; ; ) {
    const seconds = (await engine.run(program, 1 + more)).seconds - single;
    if (seconds >= TELLING * target) {
      return { single, passes: 1 + Math.max(1, Math.round((more * target) / seconds)) };
    }
    const growth = seconds > 0 ? target / seconds : MOST_GROWTH;
    more = Math.ceil(more * Math.min(Math.max(growth, LEAST_GROWTH), MOST_GROWTH));
  }
}

/**
 * Runs it once; seconds of each pass but the first.
 *
 * @throws Error if the engine's own count of instructions is not what `count` says
 */
export async function passSeconds(
  engine: ProgramEngine,
  program: GuestProgram,
  { passes, single }: SizedProgram,
  count: InstructionCount,
): Promise<number> {
  const { seconds, instructions } = await engine.run(program, passes);
  const expected = count.base + passes * count.pass;
  if (instructions !== undefined && instructions !== expected) {
    throw new Error(
      `${program.name} took ${instructions} instructions on ${engine.name}, not ${expected}`,
    );
  }
  return Math.max(0, seconds - single) / (passes - 1);
}
