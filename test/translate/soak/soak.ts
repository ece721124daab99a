import { Machine } from '../../core/machine.js';
import { shareInRegions, translatingCore } from '../beside.js';
import { translatorCount } from '../counts.js';
import { CHURNING, churned, MEMORY, RESULT } from './program.js';

export interface SoakOptions {
  /** Retired instructions and regions evicted, each at least so many. */
  readonly instructions: number;
  readonly evictions: number;
  readonly progress?: (line: string) => void;
}

/** Steps of one call, and calls between two looks at memory. */
const BUDGET = 50_000n;
const CALLS = 10_000;
/** What the process may have grown by since its first quarter, after a collection of garbage. */
const GROWTH = 16 * 2 ** 20;
/** The regions' share of the steps: a function is called for long before it is translated. */
const SHARE = 0.5;

/** A long run of code that is written anew again and again did wrong. */
export class SoakFailure extends Error {
  override readonly name = 'SoakFailure';
}

/**
 * Runs hot code whose pages are written anew, until it has taken as many instructions and evictions as asked for.
 *
 * @throws SoakFailure if a sum is wrong, steps were interpreted, memory grew, or evictions stay out
 */
export async function soak({ instructions, evictions, progress }: SoakOptions): Promise<void> {
  const machine = await Machine.create(CHURNING, {
    // Each function lives too short for requests to wait for others.
    core: await translatingCore({ patience: 1 }),
    memory: MEMORY,
  });
  const sizes: number[] = [];
  const began = performance.now();
  const done = () =>
    Math.min(Number(machine.steps) / instructions, translatorCount(machine, 'evicted') / evictions);
  while (done() < 1) {
    for (let call = 0; call < CALLS; call++) machine.run(BUDGET);
    await collect();
    sizes.push(process.memoryUsage().rss);
    const seconds = (performance.now() - began) / 1000;
    checkSum(machine);
    progress?.(tell(machine, seconds, sizes));
    if (Number(machine.steps) > 4 * instructions) {
      throw new SoakFailure(`only ${translatorCount(machine, 'evicted')} regions were evicted`);
    }
  }
  const share = shareInRegions(machine);
  if (share < SHARE) throw new SoakFailure(`regions took a share of ${share} of the steps only`);
  const quarter = Math.ceil(sizes.length / 4);
  const [first, last] = [sizes.slice(0, quarter), sizes.slice(-quarter)].map((some) =>
    Math.max(...some),
  );
  const growth = (last ?? 0) - (first ?? 0);
  if (growth > GROWTH) throw new SoakFailure(`the process grew by ${Math.round(growth / 1e6)} MB`);
}

/** V8 frees modules when it collects all garbage, which their size alone does not make it do. */
async function collect(): Promise<void> {
  if (globalThis.gc === undefined) throw new SoakFailure('needs node --expose-gc');
  globalThis.gc();
  // Code is freed in a turn of the event loop after its module.
  await new Promise((resolve) => setImmediate(resolve));
}

function checkSum(machine: Machine): void {
  const rounds = Number(machine.word(RESULT));
  const sum = machine.word(RESULT + 8n);
  // A call may end between the two words.
  if (sum === churned(rounds) || sum === churned(rounds - 1)) return;
  throw new SoakFailure(`after ${rounds} rounds the sum is ${sum}, not ${churned(rounds)}`);
}

function tell(machine: Machine, seconds: number, sizes: readonly number[]): string {
  const steps = Number(machine.steps);
  const counts = (['installed', 'evicted', 'retired', 'failed', 'live'] as const).map(
    (name) => `${name} ${translatorCount(machine, name)}`,
  );
  return [
    `${(steps / 1e9).toFixed(1)} thousand million instructions in ${seconds.toFixed(1)} s`,
    `regions' share ${shareInRegions(machine).toFixed(4)}`,
    ...counts,
    `${Math.round((sizes.at(-1) ?? 0) / 1e6)} MB`,
  ].join(', ');
}
