import type { Benchmark } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import type { Mean } from '../means.js';
import { programBenchmarks } from '../programs/group.js';
import { ratioBenchmarks } from '../programs/ratio.js';
import { GUEST_PROGRAMS, PROGRAMS } from './programs/all.js';

/**
 * `translation/…`: small programs in S-mode under Sv39. Millions a second of accesses (`hit`, `miss`,
 * `superpage`, `thrash`), jumps (`fetch-miss`), fences (`fence-…`) or address spaces entered (`switch`). Then the same
 * in VS-mode under Sv39 over Sv39x4 (`vs-…`), and how many times as long it takes there (`vs-…-time`).
 */
export const translationBenchmarks = (engines: readonly ProgramEngine[]): Benchmark[] => [
  ...programBenchmarks('translation', PROGRAMS, engines),
  ...ratioBenchmarks('translation', GUEST_PROGRAMS, engines),
];

export const TRANSLATION_MEANS: readonly Mean[] = [
  { group: 'translation', name: 'mean', of: PROGRAMS.map(({ name }) => name) },
];
