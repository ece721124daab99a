import { expect, test } from 'vitest';
import type { Sink } from '../benchmark.js';
import { OwnEngine } from '../engines/own.js';
import { guestExit, userCall } from '../nested/programs/call.js';
import type { AbsentRow, Row } from '../row.js';
import { ratioBenchmarks } from './ratio.js';

test('a program beside another has a row of its speed and one of its time; what an engine lacks is no failure', async () => {
  await using own = new OwnEngine('wasm-interpreter');
  await using baseline = new OwnEngine('ts');
  const rows: Row[] = [];
  const absent: AbsentRow[] = [];
  const failures: string[] = [];
  const sink: Sink = {
    wants: () => true,
    progress: () => {},
    row: (row) => rows.push(row),
    absent: (row) => absent.push(row),
    failure: (line) => failures.push(line),
  };
  const subject = { program: guestExit, beside: userCall };
  const [benchmark] = ratioBenchmarks('nested', [subject], [own, baseline]);
  await benchmark?.run({ runs: 1, targetSeconds: 0.5, shrink: 1 }, sink);
  expect(failures).toEqual([]);
  expect(rows).toMatchObject([
    { name: 'vs-exit', engine: 'wasm-interpreter', unit: 'M/s', better: 'higher', runs: 3 },
    { name: 'vs-exit-time', engine: 'wasm-interpreter', unit: '× call', better: 'lower', runs: 3 },
  ]);
  expect(rows.every(({ median }) => median > 0)).toBe(true);
  expect(absent).toMatchObject([{ name: 'vs-exit', engine: 'ts' }]);
  expect(absent[0]?.reason).toContain("has no extension 'h'");
});
