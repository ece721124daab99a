import { Host } from 'hartwood';
import { LayoutValue, PAGE_SIZE } from '../../src/core/abi.js';
import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import { rowOf } from '../row.js';

const SUBJECT = { group: 'footprint', name: 'vm-memory', engine: 'wasm' };

/**
 * `footprint/vm-memory` and `footprint/hart-memory`: what the core takes for a VM and for each of its harts
 * beside the guest's RAM, in KiB.
 */
export const vmMemoryBenchmark: Benchmark = {
  ...SUBJECT,
  run: (_extent, sink) =>
    attempt(SUBJECT, sink, async () => {
      await using host = await Host.create({ memory: '16M' });
      const parts = { 'vm-memory': LayoutValue.VmFrames, 'hart-memory': LayoutValue.HartFrames };
      for (const [name, part] of Object.entries(parts)) {
        const size = (host.core.layout(part) * PAGE_SIZE) / 1024;
        sink.row(rowOf({ ...SUBJECT, name, unit: 'KiB', better: 'lower' }, [size]));
      }
    }),
};
