import { median } from '../row.js';
import { bootIdle } from './booted.js';
import { firstStep } from './first-step.js';
import type { Measurement } from './measurement.js';
import { percentile } from './percentile.js';

/** Forks of a round. */
const FORKS = 500;
/** Before the first: what is run for the first time is slow. */
const WARM_UP = 20;

/** Milliseconds from the call of `fork`, without identity, to the copy's first step, each copy alone beside its parent. */
export const measureForks: Measurement = async ({ rounds, shrink }) => {
  await using booted = await bootIdle();
  const { vm } = booted;
  const forkOnce = async () => {
    const began = performance.now();
    const [twin] = await vm.fork(1, { identity: false });
    if (twin === undefined) throw new Error('there is no copy');
    const took = (await firstStep(twin)) - began;
    await twin[Symbol.asyncDispose]();
    return took;
  };
  for (let fork = 0; fork < WARM_UP; fork++) await forkOnce();
  const medians: number[] = [];
  const slowest: number[] = [];
  while (medians.length < rounds) {
    const samples: number[] = [];
    while (samples.length < FORKS / shrink) samples.push(await forkOnce());
    medians.push(median(samples));
    slowest.push(percentile(samples, 0.99));
  }
  return { fork: medians, 'fork-p99': slowest };
};
