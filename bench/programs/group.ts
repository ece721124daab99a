import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import { rowOf } from '../row.js';
import { countInstructions, type InstructionCount, measurePasses } from './measure.js';
import type { GuestProgram } from './program.js';

/**
 * Speed on small bare programs: in million instructions a second, or in millions of what the program
 * says that it does.
 */
export function programBenchmarks(
  group: string,
  programs: readonly GuestProgram[],
  engines: readonly ProgramEngine[],
): Benchmark[] {
  return programs.map((program) => ({
    group,
    name: program.name,
    async run(extent, sink) {
      const count = await firstCount(engines, program);
      const { unit, each } = program.work ?? { unit: 'MIPS', each: count.pass };
      for (const engine of engines) {
        const subject = { group, name: program.name, engine: engine.name };
        await attempt(subject, sink, async () => {
          const passes = await measurePasses(engine, program, count, extent);
          const samples = passes.map((rate) => (rate * each) / 1e6);
          sink.row(rowOf({ ...subject, unit, better: 'higher' }, samples));
        });
      }
    },
  }));
}

/** The count of the first engine that counts and gets the program right: the others must do the same work. */
export async function firstCount(
  engines: readonly ProgramEngine[],
  program: GuestProgram,
): Promise<InstructionCount> {
  const causes: unknown[] = [];
  for (const engine of engines) {
    try {
      return await countInstructions(engine, program);
    } catch (cause) {
      // Its own attempt will tell.
      causes.push(cause);
    }
  }
  throw new Error(`no engine counts the instructions of ${program.name}: ${causes.join('; ')}`);
}
