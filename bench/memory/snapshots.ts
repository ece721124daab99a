import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Vm } from 'hartwood';
import { openSnapshotFolder } from 'hartwood/node';
import { bootIdle } from './booted.js';
import { watchCalls } from './core-meter.js';
import type { Measurement } from './measurement.js';

const PAGE = 4096;
const CHANGED = 16 << 20;
/** How long the same guest is watched without a snapshot, for comparison. */
const WATCHED_MS = 500;

/**
 * Of snapshots into a folder: the rate at which a booted guest's memory is written, what it takes there, and for how long a
 * busy guest takes no step while 16 MiB that changed are added.
 */
export const measureSnapshots: Measurement = async ({ rounds, folder }) => {
  await using booted = await bootIdle();
  const { vm } = booted;
  const rates: number[] = [];
  const stored: number[] = [];
  const pauses: number[] = [];
  const usual: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const store = await openSnapshotFolder(join(folder, String(round)), { create: true });
    const began = performance.now();
    const full = await vm.snapshot({ store });
    rates.push((full.pages * PAGE) / 1e6 / ((performance.now() - began) / 1000));
    stored.push(full.bytes / 1e6);
    await vm.exec(`head -c ${CHANGED} /dev/urandom > /tmp/changed`);
    const busy = vm.spawn('echo; while :; do :; done');
    await busy.stdout.getReader().read();
    usual.push(await longestPause(vm, () => setTimeout(WATCHED_MS)));
    const took = performance.now();
    const snapshot = () => vm.snapshot({ store, parent: full });
    pauses.push(await longestPause(vm, snapshot));
    seconds.push((performance.now() - took) / 1000);
    busy.kill();
    await busy.status;
    await store.close();
  }
  return {
    'snapshot-write': rates,
    'snapshot-stored': stored,
    'snapshot-pause': pauses,
    'usual-pause': usual,
    'snapshot-incremental': seconds,
  };
};

/** The longest time in which the VM took no step while the work was done, in milliseconds. */
async function longestPause(vm: Vm, work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const end = watchCalls(vm, (began, ended) => {
    longest = Math.max(longest, began - last);
    last = ended;
  });
  await work();
  end();
  return Math.max(longest, performance.now() - last);
}
