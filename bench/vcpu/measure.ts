import { Bench } from 'tinybench';
import type { Extent } from '../benchmark.js';
import type { Engine } from '../engines/engine.js';
import type { WasmEngine } from '../engines/wasm.js';
import { median } from '../row.js';
import type { GuestProgram } from './program.js';

/** A shorter run says too little about the speed to size another by it. */
const TELLING_SECONDS = 0.12;
/** Growth from one sizing run to the next: enough to get on, and to let the engine warm up. */
const LEAST_GROWTH = 2;
const MOST_GROWTH = 16;

/** How a program's instructions are counted: those of one pass, and of a run without any. */
export interface InstructionCount {
  readonly base: number;
  readonly pass: number;
}

/** As this project's core counts them, in runs of one and of two passes. */
export async function countInstructions(
  engine: WasmEngine,
  program: GuestProgram,
): Promise<InstructionCount> {
  const one = (await engine.run(program, 1)).instructions;
  const two = (await engine.run(program, 2)).instructions;
  return { pass: two - one, base: 2 * one - two };
}

/**
 * How many million instructions a second the engine retires, one sample for each run. The number of
 * passes is chosen so that they last about `extent.targetSeconds`, after runs that warmed the engine up.
 * A run of a single pass is subtracted, and with it the engine's start and end, the program's setup,
 * and the translation of its code.
 *
 * @throws Error if the engine's own count of instructions is not what `count` says
 */
export async function measureMips(
  engine: Engine,
  program: GuestProgram,
  count: InstructionCount,
  extent: Extent,
): Promise<number[]> {
  const singles: number[] = [];
  while (singles.length < extent.runs) singles.push((await engine.run(program, 1)).seconds);
  const single = median(singles);
  const passes = await size(engine, program, single, extent.targetSeconds);
  const bench = new Bench({
    time: 0,
    iterations: extent.runs,
    warmup: false,
    retainSamples: true,
    throws: true,
  });
  bench.add(program.name, async () => {
    const { seconds, instructions } = await engine.run(program, passes);
    const expected = count.base + passes * count.pass;
    if (instructions !== undefined && instructions !== expected) {
      throw new Error(
        `${program.name} took ${instructions} instructions on ${engine.name}, not ${expected}`,
      );
    }
    return { overriddenDuration: Math.max(0, seconds - single) * 1000 };
  });
  const [task] = await bench.run();
  if (task?.result.state !== 'completed') throw new Error(`${program.name} did not complete`);
  return (task.result.latency.samples ?? []).map((ms) => ((passes - 1) * count.pass) / (ms * 1000));
}

/** The number of passes, at least 2, that take `target` seconds beyond the first one. */
async function size(
  engine: Engine,
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
