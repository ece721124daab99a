import type { Benchmark } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import type { Mean } from '../means.js';
import { programBenchmarks } from '../programs/group.js';
import { INTEGER_PROGRAMS, PROGRAMS } from './programs/all.js';

/** `vcpu/…`: speed on small programs without translation, in million guest instructions a second. */
export const vcpuBenchmarks = (engines: readonly ProgramEngine[]): Benchmark[] =>
  programBenchmarks('vcpu', PROGRAMS, engines);

const named = (programs: readonly { readonly name: string }[]) => programs.map(({ name }) => name);

export const VCPU_MEANS: readonly Mean[] = [
  { group: 'vcpu', name: 'integer', of: named(INTEGER_PROGRAMS) },
  { group: 'vcpu', name: 'mean', of: named(PROGRAMS) },
];
