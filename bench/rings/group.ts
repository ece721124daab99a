import { Core } from '../../src/core/core.js';
import { nodePlatform } from '../../src/node/platform.js';
import { attempt } from '../attempt.js';
import type { Benchmark, Extent } from '../benchmark.js';
import { OWN_ENGINES } from '../engines/names.js';
import { UnavailableError } from '../errors.js';
import type { Mean } from '../means.js';
import { rowOf } from '../row.js';
import { timeRuns } from '../timing.js';
import { isSmall, RING_CASES, type RingCase } from './case.js';
import { descriptorsOf, RINGS_MEMORY } from './requests.js';
import { RingRig } from './rig.js';

const GROUP = 'rings';
const OVERHEAD = 16 << 20;
/** Enough of them to have each request of a case done, and each queue wrap around. */
const CHECKED_BATCHES = 2050;

/**
 * `rings/…`: what comes through an engine's virtqueues, from a driver in the guest that makes its chains and
 * looks at what came back, to a device that only copies: thousands of descriptors a second for small
 * requests, megabytes (10^6 bytes) for large ones. Driver and device are the same on all engines. QEMU has no
 * such place to measure at.
 */
export function ringsBenchmarks(): Benchmark[] {
  const cores = new Map<string, Promise<Core>>();
  const coreOf = (engine: string): Promise<Core> => {
    const core = cores.get(engine) ?? createCore(engine);
    cores.set(engine, core);
    return core;
  };
  return RING_CASES.map((ring) => ({
    group: GROUP,
    name: ring.name,
    long: !isSmall(ring),
    async run(extent, sink) {
      for (const engine of OWN_ENGINES) {
        const subject = { group: GROUP, name: ring.name, engine };
        await attempt(subject, sink, async () => {
          const unit = isSmall(ring) ? 'k/s' : 'MB/s';
          const samples = await measure(ring, await coreOf(engine), extent);
          sink.row(rowOf({ ...subject, unit, better: 'higher' }, samples));
        });
      }
    },
  }));
}

const named = (cases: readonly RingCase[]) => cases.map(({ name }) => name);

export const RINGS_MEANS: readonly Mean[] = [
  { group: GROUP, name: 'mean-descriptors', of: named(RING_CASES.filter(isSmall)) },
  { group: GROUP, name: 'mean-bytes', of: named(RING_CASES.filter((ring) => !isSmall(ring))) },
];

async function createCore(engine: string): Promise<Core> {
  try {
    return await Core.create(await nodePlatform.engine(engine), RINGS_MEMORY + OVERHEAD);
  } catch (error) {
    throw new UnavailableError(`no engine ${engine}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function measure(ring: RingCase, core: Core, extent: Extent): Promise<number[]> {
  using rig = await RingRig.create(ring, core);
  rig.check(Math.ceil(CHECKED_BATCHES / ring.depth));
  const each = isSmall(ring) ? descriptorsOf(ring) / 1e3 : ring.size / 1e6;
  const target = extent.targetSeconds * 1000;
  let batches = 1;
  for (let spent = 0; ; batches = Math.ceil(batches * Math.min(16, (1.2 * target) / spent))) {
    spent = time(rig, batches).milliseconds;
    if (spent >= target / 2) {
      batches = Math.max(1, Math.round((batches * target) / spent));
      break;
    }
  }
  let served = 0;
  const samples = await timeRuns(ring.name, extent.runs, () => {
    const run = time(rig, batches);
    served = run.served;
    return run.milliseconds;
  });
  rig.check(2);
  return samples.map((milliseconds) => (served * each) / (milliseconds / 1000));
}

function time(rig: RingRig, batches: number): { served: number; milliseconds: number } {
  const began = performance.now();
  const served = rig.run(batches);
  return { served, milliseconds: performance.now() - began };
}
