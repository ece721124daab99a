import { attempt } from '../attempt.js';
import type { Benchmark, Extent } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import { UnavailableError } from '../errors.js';
import { rowOf } from '../row.js';
import { firstCount } from './group.js';
import { type InstructionCount, passSeconds, sizePasses, WARM_SECONDS } from './measure.js';
import type { GuestProgram } from './program.js';

/** A ratio is asked for to a few percent, which machines drift by in seconds: many short runs, in turns. */
const TURNS = 3;
/** Times that a run is repeated which other processes seem to have made shorter than its own beginning. */
const MOST_TRIES = 3;

/** Two programs that do the same work in different ways. */
export interface RatioSubject {
  readonly program: GuestProgram;
  readonly beside: GuestProgram;
  /** Whether a quick run leaves it out. */
  readonly long?: boolean;
}

/**
 * Programs beside others on the same engine, run in turns: `group/NAME` in millions a second of what the
 * program counts, and `group/NAME-time`, the time that each of it takes as a multiple of what the other program
 * takes for one.
 */
export function ratioBenchmarks(
  group: string,
  subjects: readonly RatioSubject[],
  engines: readonly ProgramEngine[],
): Benchmark[] {
  return subjects.map(({ program, beside, long = false }) => ({
    group,
    name: program.name,
    long,
    async run(extent, sink) {
      const count = await firstCount(engines, program);
      const countBeside = await firstCount(engines, beside);
      for (const engine of engines) {
        const subject = { group, name: program.name, engine: engine.name };
        await attempt(subject, sink, async () => {
          const own = await Timer.of(engine, program, count, extent);
          const other = await Timer.of(engine, beside, countBeside, extent);
          const rates: number[] = [];
          const ratios: number[] = [];
          while (ratios.length < TURNS * extent.runs) {
            const seconds = await own.secondsOfEach();
            rates.push(1 / seconds / 1e6);
            ratios.push(seconds / (await other.secondsOfEach()));
          }
          const name = `${program.name}-time`;
          const unit = `× ${beside.name}`;
          sink.row(rowOf({ ...subject, unit: 'M/s', better: 'higher' }, rates));
          sink.row(rowOf({ ...subject, name, unit, better: 'lower' }, ratios));
        });
      }
    },
  }));
}

/** A program of a fitting length on an engine. */
class Timer {
  private constructor(
    private readonly run: () => Promise<number>,
    private readonly each: number,
  ) {}

  static async of(
    engine: ProgramEngine,
    program: GuestProgram,
    count: InstructionCount,
    { runs, targetSeconds, shrink }: Extent,
  ): Promise<Timer> {
    const extent = { runs, shrink, targetSeconds: targetSeconds / TURNS };
    const sized = await sizePasses(engine, program, extent, WARM_SECONDS / TURNS);
    const run = () => passSeconds(engine, program, sized, count);
    return new Timer(run, program.work?.each ?? count.pass);
  }

  /** Of what the program counts. @throws UnavailableError if the machine is too busy to tell */
  async secondsOfEach(): Promise<number> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const seconds = await this.run();
      if (seconds > 0) return seconds / this.each;
    }
    throw new UnavailableError('this machine is too busy: many passes hardly take longer than one');
  }
}
