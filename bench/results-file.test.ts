import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UsageError } from './errors.js';
import { checkPlace, readResults, resultsOf, writeResults } from './results-file.js';
import { rowOf } from './row.js';

const ROW = rowOf({ group: 'g', name: 'n', engine: 'wasm', unit: 's', better: 'lower' }, [1, 2, 3]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-bench-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('results are read as they were written, in a folder that is made', async () => {
  const file = join(folder, 'made', 'results.json');
  const absent = [{ group: 'g', name: 'n', engine: 'qemu', reason: 'no QEMU' }];
  const results = await resultsOf([ROW], absent, { qemu: '10.0' });
  await checkPlace(file);
  await expect(readResults(file)).rejects.toThrow('there is no such file');
  await writeResults(file, results);
  expect(await readResults(file)).toEqual(results);
  expect(results).toMatchObject({ format: 1, node: process.version });
});

test('extra keys do no harm', async () => {
  const file = join(folder, 'extra.json');
  const row = { ...ROW, note: 'quiet' };
  await writeFile(file, JSON.stringify({ format: 1, rows: [row], host: 'x' }));
  expect((await readResults(file)).rows).toEqual([row]);
});

test.each([
  ['not JSON', 'rows: none', 'it is not JSON'],
  ['JSON, but no results', '[1, 2]', "it has no 'format'"],
  [
    'of another format',
    '{"format":2,"rows":[]}',
    'has results of format 2; this bench reads format 1',
  ],
  ['without rows', '{"format":1}', "it has no 'rows'"],
  ['with half a row', `{"format":1,"rows":[${JSON.stringify({ ...ROW, max: null })}]}`, 'row 0'],
])('a file that is %s is refused in one line', async (_, text, reason) => {
  const file = join(folder, 'wrong.json');
  await writeFile(file, text);
  const error = await readResults(file).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toContain(file);
  expect((error as Error).message).toContain(reason);
  expect((error as Error).message).not.toContain('\n');
});

test('a file that is not there, and one that cannot be, are said', async () => {
  const missing = join(folder, 'missing.json');
  await expect(readResults(missing)).rejects.toThrow('there is no such file');
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(checkPlace(join(file, 'results.json'))).rejects.toThrow(UsageError);
});
