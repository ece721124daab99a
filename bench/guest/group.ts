import type { Benchmark } from '../benchmark.js';
import type { MachinePair } from '../machines/pair.js';
import type { Mean } from '../means.js';
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
 * Geometric means, by which engines are compared: `guest/mean` over programs that compute for themselves, and
 * `guest/system` over those that keep Linux busy. A quick run has no `mean`, since it leaves 7-Zip out.
 */
export const GUEST_MEANS: readonly Mean[] = [
  { group: 'guest', name: 'mean', of: ['7zz', 'openssl', 'sha256sum', 'gzip', 'awk'] },
  { group: 'guest', name: 'system', of: ['system-call', 'page-fault', 'fork-exec', 'pipe'] },
];
