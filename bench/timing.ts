import { Bench } from 'tinybench';

/**
 * The milliseconds of each of `runs` runs, as the run itself tells them: what it does before and after does not count.
 *
 * @throws whatever a run throws
 */
export async function timeRuns(
  name: string,
  runs: number,
  run: () => Promise<number> | number,
): Promise<number[]> {
  const bench = new Bench({
    time: 0,
    iterations: runs,
    warmup: false,
    retainSamples: true,
    throws: true,
  });
  bench.add(name, async () => ({ overriddenDuration: await run() }));
  const [task] = await bench.run();
  if (task?.result.state !== 'completed') throw new Error(`${name} did not complete`);
  return task.result.latency.samples ?? [];
}
