import type { Core } from '../../../src/core/core.js';
import { newCore } from '../../core/machine.js';
import { controlFrames } from '../accounts.js';
import { runCase } from './case.js';
import { check, type Tally } from './device-steps.js';
import { Neighbour } from './neighbour.js';
import { Random } from './random.js';
import { Subject } from './subject.js';

export interface CampaignOptions {
  readonly seed: number;
  readonly cases: number;
  /** The one case to look at closely: those of its batch that come before it are repeated. */
  readonly only?: number;
  /** Called now and then with the number of cases done. */
  readonly progress?: (done: number) => void;
}

/** A case that found something, and the command that repeats it. */
export class FuzzFailure extends Error {
  constructor(seed: number, index: number, cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(
      `case ${index}: ${what}; repeat it with: npm run fuzz:rings -- --seed ${seed} --only ${index}`,
      { cause },
    );
    this.name = 'FuzzFailure';
  }
}

/** Cases that share a VM, one after the other: what one leaves in RAM, the next meets. */
export const BATCH = 500;
/** Every so many cases are checked closely: all of RAM, and what is not the VM's. */
const CLOSELY = 64;
/** No case has much to do: one that takes so many milliseconds of a processor did not end as it should. */
const LONGEST = 30_000;
const PROGRESS = 50_000;
/** More than a campaign takes, in pages of 64 KiB: 64 MiB. */
const GROWTH = 1024;

/** Torments the rings; how often what happened. Throws FuzzFailure at the first thing that is wrong. */
export async function fuzzRings(options: CampaignOptions): Promise<Tally> {
  const { seed, cases, only, progress } = options;
  const tally: Tally = new Map();
  const core = await newCore(256 << 20);
  // No view of it is detached while the campaign runs.
  (core.memory as WebAssembly.Memory).grow(GROWTH);
  const neighbour = await Neighbour.create(core);
  const first = only === undefined ? 0 : only - (only % BATCH);
  const end = only === undefined ? cases : only + 1;
  for (let start = first; start < end; start += BATCH) {
    const batch = { seed, start, end: Math.min(start + BATCH, end), closely: only !== undefined };
    await runBatch(core, neighbour, batch, tally);
    if (start % PROGRESS === PROGRESS - BATCH) progress?.(start + BATCH);
  }
  return tally;
}

interface Batch {
  readonly seed: number;
  readonly start: number;
  readonly end: number;
  /** Whether every case is checked closely. */
  readonly closely: boolean;
}

async function runBatch(core: Core, neighbour: Neighbour, batch: Batch, tally: Tally) {
  const { seed, start, end } = batch;
  const frames = core.framesUsed();
  const subject = await Subject.create(core);
  let index = start;
  try {
    for (; index < end; index++) {
      const closely = batch.closely || index % CLOSELY === CLOSELY - 1 || index === end - 1;
      const began = process.cpuUsage();
      runCase(subject, new Random(seed, index), closely, tally);
      const { user, system } = process.cpuUsage(began);
      check((user + system) / 1000 < LONGEST, `it took more than ${LONGEST} ms`);
      if (!closely) continue;
      // Counted by walking its map, which takes longer than a case.
      const mine = subject.records.frames + controlFrames(core);
      check(core.framesUsed() - frames === mine, 'frames are used that no VM owns, or the reverse');
      const harm = neighbour.harm();
      check(harm === undefined, `a driver changed what is not its VM's: ${harm}`);
    }
    subject.destroy();
    check(core.framesUsed() === frames, 'the VM did not give back all of its frames');
  } catch (cause) {
    throw new FuzzFailure(seed, Math.min(index, end - 1), cause);
  }
}
