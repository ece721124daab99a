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
