import type { Extent } from '../../benchmark.js';
import { WrongResultError } from '../../errors.js';
import { type BenchMachine, run } from '../../machines/machine.js';
import { FOLDER, type Work, type Workload } from './workload.js';

/** A shorter run says too little about the speed to size another by it. */
const TELLING_SECONDS = 0.1;
const LEAST_GROWTH = 2;
const MOST_GROWTH = 32;
/** A command line has room for as many names of files. */
const MOST_PIECES = 20_000;
/** How much of what a command printed an error quotes. */
const QUOTED = 200;

/**
 * How much of a workload a machine does in a second, one sample for each run, timed by the host: the way
 * through the agent and the program's start are part of it, a few milliseconds. Runs last about
 * `extent.targetSeconds`, after some that warmed the machine up, the last of them as long as those that count.
 *
 * @throws WrongResultError if the command fails or prints anything but what it must
 */
export async function measureWorkload(
  machine: BenchMachine,
  workload: Workload,
  extent: Extent,
): Promise<number[]> {
  await run(machine, `mkdir -p ${FOLDER}`);
  const work = await workload.prepare(machine);
  const seconds = (pieces: number) => runOnce(machine, workload, work, pieces);
  // The first one is slower: nothing is translated or in a cache yet.
  await seconds(1);
  const pieces = await sizeRuns(seconds, extent.targetSeconds);
  await seconds(pieces);
  const rates: number[] = [];
  while (rates.length < extent.runs)
    rates.push((pieces * workload.piece) / (await seconds(pieces)));
  return rates;
}

async function runOnce(
  machine: BenchMachine,
  { name }: Workload,
  work: Work,
  pieces: number,
): Promise<number> {
  const { stdout, milliseconds } = await run(machine, work.command(pieces));
  const printed = new TextDecoder().decode(stdout);
  if (printed !== work.expected(pieces)) {
    const said = printed.trim().slice(-QUOTED);
    throw new WrongResultError(
      `${name} has a wrong result on ${machine.engine}: it printed '${said}'`,
    );
  }
  await work.check?.(pieces);
  return milliseconds / 1000;
}

/**
 * The number of pieces, at least 1, that take `target` seconds.
 *
 * @param seconds what a run of so many pieces takes
 */
export async function sizeRuns(
  seconds: (pieces: number) => Promise<number>,
  target: number,
): Promise<number> {
  for (let pieces = 1; ; ) {
    let spent = await seconds(pieces);
    // One that was held up by something else would pass for one that is long enough.
    if (spent >= TELLING_SECONDS) spent = Math.min(spent, await seconds(pieces));
    if (spent >= TELLING_SECONDS || pieces >= MOST_PIECES) {
      return Math.min(Math.max(1, Math.round((pieces * target) / spent)), MOST_PIECES);
    }
    const growth = Math.min(Math.max(target / spent, LEAST_GROWTH), MOST_GROWTH);
    pieces = Math.min(Math.ceil(pieces * growth), MOST_PIECES);
  }
}
