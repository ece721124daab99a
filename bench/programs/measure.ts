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
/**
 * What is subtracted is measured again for no more than this part of the target: where it takes longer, a
 * repetition tells little.
 */
const SUBTRACTED = 1 / 2;
/**
 * Seconds for which a program runs before its time counts. V8 runs a translated loop in its baseline code first, and
 * needs up to an eighth of a second for the better one of a long loop.
 */
export const WARM_SECONDS = 0.15;

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
  /** Passes by which an engine has warmed up, and the seconds of a run of as many: what is subtracted. */
  readonly warm: { readonly passes: number; readonly seconds: number };
}

/**
 * Passes a second, one sample for each run. The number of passes is chosen so that they last about
 * `extent.targetSeconds`, after runs that warmed the engine up. A run of the first passes is subtracted, and with
 * it the engine's start and end, the program's setup, and the time in which its code is translated, by the
 * engine and by what runs the engine.
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
  const target = targetBehind(sized.warm.seconds, extent);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const samples = await timeRuns(
      program.name,
      extent.runs,
      async () => (await passSeconds(engine, program, sized, count)) * 1000,
    );
    const passes = sized.passes - sized.warm.passes;
    const typical = (median(samples) * passes) / 1000;
    if (typical >= target / 3 && Math.min(...samples) > 0) {
      return samples.map((milliseconds) => 1 / (milliseconds / 1000));
    }
    // A run that was held up by other processes made it seem slower than it is.
    const growth = Math.min(Math.max(target / typical, LEAST_GROWTH), MOST_GROWTH);
    sized = { ...sized, passes: sized.warm.passes + Math.ceil(passes * growth) };
  }
  throw new UnavailableError(
    `this machine is too busy: ${sized.passes} passes of ${program.name} hardly take longer than ` +
      `${sized.warm.passes}`,
  );
}

/** Seconds to be left of a run: what is subtracted must not be much more. */
const targetBehind = (subtracted: number, { targetSeconds }: Extent) =>
  Math.max(targetSeconds, subtracted / 2);

/** Finds the number of passes that take about `extent.targetSeconds` beyond those of the first `warmSeconds`. */
export async function sizePasses(
  engine: ProgramEngine,
  program: GuestProgram,
  extent: Extent,
  warmSeconds: number = WARM_SECONDS,
): Promise<SizedProgram> {
  const single = await secondsOf(engine, program, 1, extent);
  const target = targetBehind(single, extent);
  for (let more = 1; ; ) {
    const seconds = (await engine.run(program, 1 + more)).seconds - single;
    if (seconds >= TELLING * target) {
      const passesIn = (time: number) => Math.round((more * time) / seconds);
      const passes = 1 + passesIn(warmSeconds);
      const warm =
        passes === 1
          ? { passes, seconds: single }
          : { passes, seconds: await secondsOf(engine, program, passes, extent) };
      return { passes: passes + Math.max(1, passesIn(target)), warm };
    }
    const growth = seconds > 0 ? target / seconds : MOST_GROWTH;
    more = Math.ceil(more * Math.min(Math.max(growth, LEAST_GROWTH), MOST_GROWTH));
  }
}

/** What a run of so many passes typically takes. */
async function secondsOf(
  engine: ProgramEngine,
  program: GuestProgram,
  passes: number,
  { runs, targetSeconds }: Extent,
): Promise<number> {
  const samples: number[] = [];
  for (let spent = 0; samples.length < runs && spent < SUBTRACTED * targetSeconds; ) {
    const { seconds } = await engine.run(program, passes);
    samples.push(seconds);
    spent += seconds;
  }
  return median(samples);
}

/**
 * Runs it once; seconds of each pass but the warming ones.
 *
 * @throws Error if the engine's own count of instructions is not what `count` says
 */
export async function passSeconds(
  engine: ProgramEngine,
  program: GuestProgram,
  { passes, warm }: SizedProgram,
  count: InstructionCount,
): Promise<number> {
  const { seconds, instructions } = await engine.run(program, passes);
  const expected = count.base + passes * count.pass;
  if (instructions !== undefined && instructions !== expected) {
    throw new Error(
      `${program.name} took ${instructions} instructions on ${engine.name}, not ${expected}`,
    );
  }
  return Math.max(0, seconds - warm.seconds) / (passes - warm.passes);
}
