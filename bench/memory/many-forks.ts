import { setTimeout } from 'node:timers/promises';
import type { Vm } from 'hartwood';
import { bootIdle } from './booted.js';
import type { Measurement } from './measurement.js';

const FORKS = 1000;
/** How many are made at once, where it is about memory alone. */
const AT_ONCE = 100;
const IDLE_MS = 5000;
const KIB = 1024;

/**
 * Seconds for a thousand forks one after another that all stay; and KiB that a copy takes: of the host's memory when it has
 * not run yet and after it has idled, and of JavaScript's.
 */
export const measureManyForks: Measurement = async ({ rounds, shrink }) => {
  await using booted = await bootIdle();
  const { host, vm } = booted;
  const samples = { time: [], fresh: [], idle: [], script: [] } as Record<
    'time' | 'fresh' | 'idle' | 'script',
    number[]
  >;
  const end = (vms: readonly Vm[]) => Promise.all(vms.map((twin) => twin[Symbol.asyncDispose]()));
  const count = Math.ceil(rounds / shrink);
  for (let round = 0; round < count; round++) {
    const [before, scriptBefore] = [host.memory().used, scriptMemory()];
    const twins = await vm.fork(AT_ONCE, { identity: false });
    samples.fresh.push((host.memory().used - before) / AT_ONCE / KIB);
    samples.script.push((scriptMemory() - scriptBefore) / AT_ONCE / KIB);
    await setTimeout(IDLE_MS);
    samples.idle.push((host.memory().used - before) / AT_ONCE / KIB);
    await end(twins);
  }
  for (let round = 0; round < count; round++) {
    const twins: Vm[] = [];
    const began = performance.now();
    while (twins.length < FORKS) twins.push(...(await vm.fork(1, { identity: false })));
    samples.time.push((performance.now() - began) / 1000);
    await end(twins);
  }
  return {
    'forks-1000': samples.time,
    'fork-memory': samples.fresh,
    'fork-memory-idle': samples.idle,
    'fork-script': samples.script,
  };
};

/** Bytes of JavaScript's heap and what hangs on it, without garbage. */
function scriptMemory(): number {
  if (globalThis.gc === undefined) throw new Error('node was started without --expose-gc');
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
