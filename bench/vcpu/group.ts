import type { Benchmark } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import type { Mean } from '../means.js';
import { programBenchmarks } from '../programs/group.js';
import { coldBenchmark } from './cold.js';
import {
  FLOAT_PROGRAMS,
  INTEGER_PROGRAMS,
  MEAN_PROGRAMS,
  MEMORY_PROGRAMS,
  PROGRAMS,
} from './programs/all.js';

/**
 * `vcpu/…`: speed on small programs without address translation, in million guest instructions a second: what it
 * comes to, and of a larger program from its first instruction on (`cold`).
 */
export const vcpuBenchmarks = (engines: readonly ProgramEngine[]): Benchmark[] => [
  ...programBenchmarks('vcpu', PROGRAMS, engines),
  coldBenchmark(engines),
];

const mean = (name: string, programs: readonly { readonly name: string }[]): Mean => ({
  group: 'vcpu',
  name,
  of: programs.map((program) => program.name),
});

/** By these, engines are compared. */
export const VCPU_MEANS: readonly Mean[] = [
  mean('integer', INTEGER_PROGRAMS),
  mean('memory-bound', MEMORY_PROGRAMS),
  mean('floating-point', FLOAT_PROGRAMS),
  mean('mean', MEAN_PROGRAMS),
];
