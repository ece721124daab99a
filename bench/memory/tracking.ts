import { Host } from 'hartwood';
import { DATA, type GuestProgram, PROGRAM_MEMORY, programElf } from '../programs/program.js';
import { median } from '../row.js';
import { watchCalls } from './core-meter.js';
import type { Measurement } from './measurement.js';

const BYTES = 32 << 20;
/** It is ended long before. */
const PASSES = 1e9;
/** Hot code is translated by then. */
const WARM_UP_MS = 1000;
/** How often an epoch begins. */
const EPOCH_MS = 100;
/** How long the guest runs with epochs, then without; a pair of it is short, so that the machine is the same for both. */
const STRETCH_MS = 200;
const PAIRS = 12;

/** Writes 32 MiB from end to end, and does nothing else: each page is changed in each epoch. */
const fill: GuestProgram = {
  name: 'fill',
  expected: DATA + BigInt(BYTES),
  pass: `
  li a0, ${DATA}
  li a1, ${DATA + BigInt(BYTES)}
1:
  sd a0, 0(a0)
  sd a1, 8(a0)
  sd a0, 16(a0)
  sd a1, 24(a0)
  addi a0, a0, 32
  bne a0, a1, 1b`,
};

/** Percent of its speed that a guest that only writes loses when an epoch begins every 100 ms; of each round the median pair. */
export const measureTracking: Measurement = async ({ rounds, shrink }) => {
  await using host = await Host.create({ memory: `${PROGRAM_MEMORY + 16}M` });
  const guest = { bare: programElf(fill, PASSES) };
  const vm = await host.create({ guest, memory: `${PROGRAM_MEMORY}M` });
  const { core } = vm.inside;
  /** Steps a millisecond. */
  const speed = (length: number, tracked: boolean) =>
    new Promise<number>((resolve) => {
      let [time, steps, epochs] = [0, 0, 0];
      const end = watchCalls(vm, (began, ended, taken) => {
        time += ended - began;
        steps += taken;
        if (tracked && time >= epochs * EPOCH_MS) {
          epochs++;
          core.exports.vmBeginEpoch(vm.handle);
        }
        if (time < length) return;
        end();
        resolve(steps / time);
      });
    });
  await vm.start();
  await speed(WARM_UP_MS, true);
  const costs: number[] = [];
  while (costs.length < rounds) {
    const pairs: number[] = [];
    while (pairs.length < PAIRS / shrink) {
      // Whoever comes first is another one each time.
      const order = pairs.length % 2 === 0 ? [true, false] : [false, true];
      const speeds = new Map<boolean, number>();
      for (const tracked of order) speeds.set(tracked, await speed(STRETCH_MS, tracked));
      pairs.push((1 - (speeds.get(true) ?? 0) / (speeds.get(false) ?? 1)) * 100);
    }
    costs.push(median(pairs));
  }
  return { tracking: costs };
};
