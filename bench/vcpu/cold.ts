import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import { UnavailableError } from '../errors.js';
import { firstCount } from '../programs/group.js';
import type { GuestProgram } from '../programs/program.js';
import { median, rowOf } from '../row.js';
import { alu } from './programs/alu.js';
import { cold } from './programs/cold.js';

const GROUP = 'vcpu';
const NAME = 'cold';
/** Passes of the program: about a second where each instruction is interpreted. */
const PASSES = 24;
/** A sample takes seconds. */
const RUNS = 3;

/**
 * `vcpu/cold`: million instructions a second of a program of 120 KB from its first instruction on, so that what
 * translating it takes is part of the time. Each sample is of a program that no engine has met before. What an
 * engine takes to start and end is subtracted.
 */
export function coldBenchmark(engines: readonly ProgramEngine[]): Benchmark {
  return {
    group: GROUP,
    name: NAME,
    long: true,
    async run(_extent, sink) {
      const { base, pass } = await firstCount(engines, cold(0));
      for (const engine of engines) {
        const subject = { group: GROUP, name: NAME, engine: engine.name };
        await attempt(subject, sink, async () => {
          const speeds: number[] = [];
          const nothing = await secondsOfNothing(engine);
          while (speeds.length < RUNS) {
            const program = cold(1 + speeds.length);
            const seconds = await secondsOf(engine, program, base + PASSES * pass);
            speeds.push((PASSES * pass) / Math.max(0, seconds - nothing) / 1e6);
          }
          if (!speeds.every(Number.isFinite)) {
            throw new UnavailableError('this machine is too busy: hardly any time passed');
          }
          sink.row(rowOf({ ...subject, unit: 'MIPS', better: 'higher' }, speeds));
        });
      }
    },
  };
}

/** What a run takes that does hardly anything. */
async function secondsOfNothing(engine: ProgramEngine): Promise<number> {
  const samples: number[] = [];
  while (samples.length < RUNS) samples.push((await engine.run(alu, 1)).seconds);
  return median(samples);
}

/** @throws Error if the engine's own count of instructions is another one than the first engine's */
async function secondsOf(
  engine: ProgramEngine,
  program: GuestProgram,
  expected: number,
): Promise<number> {
  const { seconds, instructions } = await engine.run(program, PASSES);
  if (instructions === undefined || instructions === expected) return seconds;
  const took = `${program.name} took ${instructions} instructions`;
  throw new Error(`${took} on ${engine.name}, not ${expected}`);
}
