import { openSnapshotFolder } from 'hartwood/node';
import { median } from '../row.js';
import { bootIdle } from './booted.js';
import { firstStep } from './first-step.js';
import type { Measurement } from './measurement.js';
import { percentile } from './percentile.js';

/** Restores of a round, after some that do not count. */
const RESTORES = 40;
const WARM_UP = 5;
/** An eager restore takes much longer. */
const EAGER = 5;

/**
 * Milliseconds from the call of `restore`, without identity, to the first step of a booted guest: its snapshot stands in a folder
 * that was read before.
 */
export const measureRestores: Measurement = async ({ rounds, shrink, folder }) => {
  await using booted = await bootIdle();
  const { host, vm } = booted;
  const store = await openSnapshotFolder(folder, { create: true });
  const { id } = await vm.snapshot({ store });
  await vm[Symbol.asyncDispose]();
  const restoreOnce = async (lazy: boolean) => {
    const began = performance.now();
    const restored = await host.restore(store, id, { lazy, identity: false });
    const took = (await firstStep(restored)) - began;
    await restored.restored;
    await restored[Symbol.asyncDispose]();
    return took;
  };
  for (let restore = 0; restore < WARM_UP; restore++) await restoreOnce(true);
  const medians: number[] = [];
  const slow: number[] = [];
  while (medians.length < rounds) {
    const samples: number[] = [];
    while (samples.length < RESTORES / shrink) samples.push(await restoreOnce(true));
    medians.push(median(samples));
    slow.push(percentile(samples, 0.9));
  }
  const eager: number[] = [];
  while (eager.length < EAGER) eager.push(await restoreOnce(false));
  await store.close();
  return { 'lazy-restore': medians, 'lazy-restore-p90': slow, 'eager-restore': eager };
};
