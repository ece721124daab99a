import type { Benchmark } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import { programBenchmarks } from '../programs/group.js';
import { ratioBenchmarks } from '../programs/ratio.js';
import { PROGRAMS, RATIOS } from './programs/all.js';

/**
 * `nested/…`: what a hypervisor in the guest asks of its hart, in millions a second: calls from VS-mode to HS-mode
 * (`vs-exit`) and from VU-mode to VS-mode (`vs-call`), both also as multiples of a call from U-mode to
 * S-mode (`…-time`); exits with a change of worlds (`world-switch`); loads from a device that HS-mode
 * emulates (`mmio`). A quick run has only `vs-exit`.
 */
export const nestedBenchmarks = (engines: readonly ProgramEngine[]): Benchmark[] => [
  ...ratioBenchmarks('nested', RATIOS, engines),
  ...programBenchmarks('nested', PROGRAMS, engines).map((one) => ({ ...one, long: true })),
];
