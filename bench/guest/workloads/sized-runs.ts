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
 * How much of a workload a machine does in a second, one sample for each run, timed by the host. Runs last
 * about `extent.targetSeconds`, after some that warmed the machine up. A run of a single piece is subtracted,
 * and with it the way through the agent, the shell, and the program's start.
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
  const singles: number[] = [];
  while (singles.length < extent.runs) singles.push(await seconds(1));
  const single = Math.min(...singles);
  const pieces = await size(seconds, single, extent.targetSeconds);
  const rates: number[] = [];
  while (rates.length < extent.runs) {
    const spent = (await seconds(pieces)) - single;
    rates.push(((pieces - 1) * workload.piece) / spent);
  }
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

/** The number of pieces, at least 2, that take `target` seconds beyond the first one. */
async function size(
  seconds: (pieces: number) => Promise<number>,
  single: number,
  target: number,
): Promise<number> {
  for (let more = 1; ; ) {
    const spent = (await seconds(1 + more)) - single;
    if (spent >= TELLING_SECONDS || more >= MOST_PIECES) {
      return 1 + Math.min(Math.max(1, Math.round((more * target) / spent)), MOST_PIECES);
    }
    const growth = spent > 0 ? target / spent : MOST_GROWTH;
    more = Math.ceil(more * Math.min(Math.max(growth, LEAST_GROWTH), MOST_GROWTH));
  }
}
