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
  const outcome = await runSuite([benchmark('a', { qemu: gone, wasm: 2 })], { extent: QUICK });
  expect(outcome.rows.map(({ engine }) => engine)).toEqual(['wasm']);
  expect(outcome.absent).toEqual([{ ...subject('a', 'qemu'), reason: 'no QEMU: not installed' }]);
  expect(outcome.failures).toEqual([]);
  expect(formatTable(outcome.rows, outcome.absent)).toContain('g/a qemu: no QEMU: not installed');
});

test('a wrong result makes the run fail, and the other engines and benchmarks still run', async () => {
  const wrong = new WrongResultError('a has a wrong result on wasm');
  const first = benchmark('a', { wasm: wrong, ts: 2 });
  const outcome = await runSuite([first, benchmark('b', { wasm: 3 })], { extent: QUICK });
  expect(outcome.failures).toEqual(['g/a failed on wasm: a has a wrong result on wasm']);
  expect(outcome.absent).toEqual([{ ...subject('a', 'wasm'), reason: wrong.message }]);
  expect(outcome.rows.map(({ name, engine }) => `${name} ${engine}`)).toEqual(['a ts', 'b wasm']);
});

test.each([
  { engine: 'qemu', error: new Error('QEMU ended with SIGSEGV'), failures: 0 },
  { engine: 'qemu', error: new WrongResultError('a has a wrong result on qemu'), failures: 1 },
  { engine: 'ts', error: new Error('it broke'), failures: 1 },
  { engine: 'ts', error: new UnavailableError('no engine ts'), failures: 0 },
])('$engine: "$error.message" makes $failures failures', async ({ engine, error, failures }) => {
  const outcome = await runSuite([benchmark('a', { [engine]: error, wasm: 2 })], { extent: QUICK });
  expect(outcome.failures).toHaveLength(failures);
  expect(outcome.absent).toEqual([{ ...subject('a', engine), reason: error.message }]);
  expect(outcome.rows.map((row) => row.engine)).toEqual(['wasm']);
});

test('a benchmark that breaks down does not keep the others from running', async () => {
  const broken = { group: 'g', name: 'a', run: () => Promise.reject(new Error('no guest')) };
  const outcome = await runSuite([broken, benchmark('b', { wasm: 3 })], { extent: QUICK });
  expect(outcome.failures).toEqual(['g/a failed: no guest']);
  expect(outcome.rows.map(({ name }) => name)).toEqual(['b']);
});

test('only the engines that were asked for run', async () => {
  const never = new Error('it ran');
  const outcome = await runSuite([benchmark('a', { wasm: 1, ts: never })], {
    extent: QUICK,
    wants: ({ engine }) => engine !== 'ts',
  });
  expect(outcome).toMatchObject({ absent: [], failures: [], rows: [{ engine: 'wasm' }] });
});

test('means stand behind the rows of their group', async () => {
  const outcome = await runSuite(
    [benchmark('a', { wasm: 2, ts: 1 }), benchmark('b', { wasm: 8 })],
    {
      extent: QUICK,
      means: [{ group: 'g', name: 'mean', of: ['a', 'b'] }],
    },
  );
  expect(outcome.rows.at(-1)).toMatchObject({ name: 'mean', engine: 'wasm', median: 4, runs: 1 });
  expect(outcome.rows).toHaveLength(4);
});

test('the table divides by the figure of QEMU', async () => {
  const outcome = await runSuite([benchmark('a', { wasm: 8, qemu: 2 })], { extent: QUICK });
  expect(formatTable(outcome.rows, [])).toMatch(/g\/a +wasm +8\.00 +s .* 4\.00 × qemu/);
});
