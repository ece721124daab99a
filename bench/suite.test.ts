import { expect, test } from 'vitest';
import { attempt } from './attempt.js';
import { type Benchmark, QUICK } from './benchmark.js';
import { UnavailableError, WrongResultError } from './errors.js';
import { rowOf } from './row.js';
import { runSuite } from './suite.js';
import { formatTable } from './table.js';

const subject = (name: string, engine: string) => ({ group: 'g', name, engine });

/** A benchmark whose engines measure what is given, or fail so. */
function benchmark(name: string, engines: Record<string, number | Error>): Benchmark {
  return {
    group: 'g',
    name,
    async run(_extent, sink) {
      for (const [engine, value] of Object.entries(engines)) {
        await attempt(subject(name, engine), sink, async () => {
          if (typeof value !== 'number') throw value;
          sink.row(rowOf({ ...subject(name, engine), unit: 's', better: 'lower' }, [value]));
        });
      }
    },
  };
}

test('a peer that is missing costs its own rows only, and the run succeeds', async () => {
  const gone = new UnavailableError('no QEMU: not installed');
  const outcome = await runSuite([benchmark('a', { qemu: gone, wasm: 2 })], QUICK, () => {});
  expect(outcome.rows.map(({ engine }) => engine)).toEqual(['wasm']);
  expect(outcome.absent).toEqual([{ ...subject('a', 'qemu'), reason: 'no QEMU: not installed' }]);
  expect(outcome.failures).toEqual([]);
  expect(formatTable(outcome.rows, outcome.absent)).toContain('g/a qemu: no QEMU: not installed');
});

test('a wrong result makes the run fail, and the other benchmarks still run', async () => {
  const wrong = benchmark('a', { wasm: new WrongResultError('a has a wrong result on wasm') });
  const outcome = await runSuite([wrong, benchmark('b', { wasm: 3 })], QUICK, () => {});
  expect(outcome.failures).toEqual(['g/a failed: a has a wrong result on wasm']);
  expect(outcome.rows.map(({ name }) => name)).toEqual(['b']);
});

test('the table divides by the figure of QEMU', async () => {
  const outcome = await runSuite([benchmark('a', { wasm: 8, qemu: 2 })], QUICK, () => {});
  expect(formatTable(outcome.rows, [])).toMatch(/g\/a +wasm +8\.00 +s .* 4\.00 × qemu/);
});
