import type { Benchmark } from '../benchmark.js';
import type { ProgramEngine } from '../engines/engine.js';
import { programBenchmarks } from '../programs/group.js';
import { ratioBenchmarks } from '../programs/ratio.js';
import { l2BootBenchmark } from './linux/boot.js';
import { l2InstructionsBenchmark } from './linux/instructions.js';
import { PROGRAMS, RATIOS } from './programs/all.js';

/**
 * `nested/…`: what a hypervisor in the guest asks of its hart, in millions a second: calls from VS-mode to HS-mode
 * (`vs-exit`) and from VU-mode to VS-mode (`vs-call`), both also as multiples of a call from U-mode to
 * S-mode (`…-time`); exits with a change of worlds (`world-switch`); loads from a device that HS-mode
 * emulates (`mmio`). Then Linux in Linux by KVM: what a boot of the inner one takes, in seconds (`l2-boot`) and in
 * instructions (`l2-instructions`), also as multiples of the outer one's own boot. A quick run has none of it.
 */
export const nestedBenchmarks = (engines: readonly ProgramEngine[]): Benchmark[] => [
  ...[
    ...ratioBenchmarks('nested', RATIOS, engines),
    ...programBenchmarks('nested', PROGRAMS, engines),
  ].map((benchmark) => ({ ...benchmark, long: true })),
  l2InstructionsBenchmark,
  l2BootBenchmark,
];
