import { stat } from 'node:fs/promises';
import type { Benchmark } from '../benchmark.js';
import { rowOf } from '../row.js';

/** `footprint/core-size`: bytes of core.wasm, in thousands. */
export const coreSizeBenchmark: Benchmark = {
  group: 'footprint',
  name: 'core-size',
  async run(_extent, sink) {
    const { size } = await stat(new URL('../../build/core.wasm', import.meta.url));
    const { group, name } = coreSizeBenchmark;
    sink.row(rowOf({ group, name, engine: 'wasm', unit: 'kB', better: 'lower' }, [size / 1000]));
  },
};
