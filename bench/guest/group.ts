import type { Benchmark } from '../benchmark.js';
import type { MachinePair } from '../machines/pair.js';
import { opensslBenchmark } from './packages/openssl.js';
import { sevenZipBenchmark } from './packages/seven-zip.js';
import { workloadBenchmarks } from './workloads/group.js';

/** What of the group `guest` is measured on booted machines. */
export const guestBenchmarks = (pair: MachinePair): Benchmark[] => [
  ...workloadBenchmarks(pair),
  sevenZipBenchmark(pair),
  opensslBenchmark(pair),
];

/**
 * `guest/mean`: the geometric mean over programs that compute for themselves, by which engines are compared. A
 * quick run has none, since it leaves 7-Zip out.
 */
export const GUEST_MEANS = [
  { group: 'guest', name: 'mean', of: ['7zz', 'openssl', 'sha256sum', 'gzip', 'awk'] },
];
