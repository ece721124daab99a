import { Bench } from 'tinybench';
import type { Extent } from '../benchmark.js';
import type { Engine } from '../engines/engine.js';
import type { WasmEngine } from '../engines/wasm.js';
import type { GuestProgram } from './program.js';

/** A shorter run says too little about the speed to size another by it. */
const TELLING_SECONDS = 0.12;
/** Growth from one sizing run to the next: enough to get on, and to let the engine warm up. */
const LEAST_GROWTH = 2;
const MOST_GROWTH = 16;

/** Instructions of a program by its number of passes, as this project's core counts them. */
export type InstructionCount = (passes: number) => number;

/** Counts runs of one and of two passes; the rest follows, since each pass takes as many. */
export async function countInstructions(
  engine: WasmEngine,
  program: GuestProgram,
): Promise<InstructionCount> {
  const one = (await engine.run(program, 1)).instructions;
  const two = (await engine.run(program, 2)).instructions;
  return (passes) => one + (passes - 1) * (two - one);
}

/**
 * How many million instructions a second the engine retires, one sample for each run. The number of
 * passes is chosen so that a run lasts about `extent.targetSeconds`, after runs that warmed the engine up.
 *
 * @throws Error if the engine's own count of instructions is not what `count` says
 */
export async function measureMips(
  engine: Engine,
  program: GuestProgram,
  count: InstructionCount,
  extent: Extent,
): Promise<number[]> {
  const passes = await size(engine, program, extent.targetSeconds);
  const instructions = count(passes);
  const bench = new Bench({
    time: 0,
    iterations: extent.runs,
    warmup: false,
    retainSamples: true,
    throws: true,
  });
  bench.add(program.name, async () => {
    const run = await engine.run(program, passes);
    if (run.instructions !== undefined && run.instructions !== instructions) {
      throw new Error(
        `${program.name} took ${run.instructions} instructions on ${engine.name}, not ${instructions}`,
      );
    }
    // The engine knows best: creating a VM, or starting a peer, is not the program's time.
    return { overriddenDuration: run.seconds * 1000 };
  });
  const [task] = await bench.run();
  if (task?.result.state !== 'completed') throw new Error(`${program.name} did not complete`);
  return (task.result.latency.samples ?? []).map((ms) => instructions / (ms * 1000));
}

async function size(engine: Engine, program: GuestProgram, target: number): Promise<number> {
  for (let passes = 1; ; ) {
    const { seconds } = await engine.run(program, passes);
    if (seconds >= TELLING_SECONDS) return Math.max(1, Math.round((passes * target) / seconds));
    const growth = seconds > 0 ? target / seconds : MOST_GROWTH;
    passes = Math.ceil(passes * Math.min(Math.max(growth, LEAST_GROWTH), MOST_GROWTH));
  }
}
