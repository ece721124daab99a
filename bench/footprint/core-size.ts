import { stat } from 'node:fs/promises';
import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import { rowOf } from '../row.js';

const SUBJECT = { group: 'footprint', name: 'core-size', engine: 'wasm' };

/** `footprint/core-size`: bytes of core.wasm, in thousands. */
export const coreSizeBenchmark: Benchmark = {
  ...SUBJECT,
  run: (_extent, sink) =>
    attempt(SUBJECT, sink, async () => {
      const { size } = await stat(new URL('../../build/core.wasm', import.meta.url));
      sink.row(rowOf({ ...SUBJECT, unit: 'kB', better: 'lower' }, [size / 1000]));
    }),
};
