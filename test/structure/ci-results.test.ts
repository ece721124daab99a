import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const RESULTS = fileURLToPath(new URL('../../.ci/results.mjs', import.meta.url));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hartwood-results-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const result = (status: string) => ({
  status,
  fullName: `one ${status}`,
  failureMessages: ['why'],
});
const file = (name: string, status: string, tests: readonly string[]) => ({
  ...{ name, status, message: 'no guest' },
  assertionResults: tests.map(result),
});

it('a file whose setup failed is one failure in the results of CI, as one that could not be loaded', () => {
  const testResults = [
    file('sound', 'passed', ['passed', 'passed']),
    file('wrong', 'failed', ['passed', 'failed']),
    file('unprepared', 'failed', ['skipped', 'skipped']),
    file('broken', 'failed', []),
  ];
  const report = join(folder, 'unit.json');
  writeFileSync(report, JSON.stringify({ testResults }));
  const told = (task: string) =>
    execFileSync(process.execPath, [RESULTS, task, report], { cwd: folder, encoding: 'utf8' });
  expect(told('count')).toBe('3 3\n');
  expect(told('failures').match(/FAILED .*/g)).toEqual([
    expect.stringMatching(/wrong: one failed$/),
    expect.stringMatching(/unprepared: could not be prepared$/),
    expect.stringMatching(/broken: could not be prepared$/),
  ]);
});
