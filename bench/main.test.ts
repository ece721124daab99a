import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildScripts } from './built-scripts.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

let folder: string;
let built: string;
let main: string;
let charts: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-bench-'));
  built = await buildScripts('main', 'charts/main');
  main = join(built, 'main.mjs');
  charts = join(built, 'charts/main.mjs');
});
afterAll(async () => {
  for (const left of [folder, built]) await rm(left, { recursive: true, force: true });
});

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { cwd: ROOT }, (error, stdout, stderr) => {
      const status = error === null ? 0 : Number(error.code);
      resolve({ status, stdout, stderr });
    });
  });
}

describe('wrong options end in one line and status 2, before anything is measured', () => {
  test.each([
    ['a benchmark that there is none of', ['vcpu/none'], "there is no benchmark 'vcpu/none'"],
    ['an engine that there is none of', ['--engine', 'wasm,tcg'], "there is no engine 'tcg'"],
    ['no such file', ['--compare', 'none.json'], 'none.json cannot be read as results'],
    ['a file of another format', ['--compare', 'FOLDER/new.json'], 'has results of format 2'],
    ['a place that is none', ['--out', 'FOLDER/new.json/x'], 'results cannot go to'],
    ['an unknown option', ['--fast'], "unknown option '--fast'"],
  ])('%s', async (_, args, reason) => {
    await writeFile(join(folder, 'new.json'), '{"format":2,"rows":[]}');
    const placed = args.map((arg) => arg.replace('FOLDER', folder));
    const { status, stdout, stderr } = await run(main, ...placed);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(reason);
  });
});

test('a run writes a file that it can be compared with and that charts are made of', async () => {
  const file = join(folder, 'results.json');
  const first = await run(main, 'core-size', '--quick', '--out', file);
  expect(first).toMatchObject({ status: 0 });
  const results = JSON.parse(await readFile(file, 'utf8')) as { rows: unknown[] };
  expect(results).toMatchObject({ format: 1, node: process.version });
  expect(results.rows).toMatchObject([
    { group: 'footprint', name: 'core-size', engine: 'wasm', unit: 'kB', better: 'lower', runs: 1 },
  ]);
  const second = await run(main, 'core-size', '--out', file, '--compare', file);
  expect(second.status).toBe(0);
  expect(second.stdout).toMatch(/footprint\/core-size .* ~\n/);
  expect(second.stdout).toContain('0 better, 0 worse, 1 within the noise');
  expect(second.stdout).toMatch(/\d+ s in all: footprint 0\n$/);
  const drawn = await run(charts, file, '--out', join(folder, 'charts'));
  expect(drawn.status).toBe(0);
  expect(await readFile(join(folder, 'charts', 'footprint.svg'), 'utf8')).toContain('core-size');
});

test.each([
  ['of a file without rows', ['FOLDER/empty.json'], 'empty.json has no figures to draw'],
  ['into what is no folder', ['--out', 'FOLDER/empty.json'], 'charts cannot go to'],
])('charts %s are refused in one line', async (_, args, reason) => {
  await writeFile(join(folder, 'empty.json'), '{"format":1,"rows":[]}');
  const placed = args.map((arg) => arg.replace('FOLDER', folder));
  const { status, stdout, stderr } = await run(charts, ...placed);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(reason);
});

test('a signal ends a run, and it leaves nothing behind', async () => {
  const place = join(folder, 'interrupted');
  await mkdir(place);
  const command = [main, 'boot', '--engine', 'wasm', '--out', join(place, 'x')];
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: place },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const ours = () => readdir(place);
  // The guest's files stand where QEMU and this project take them from.
  let ended = false;
  closed.then(() => {
    ended = true;
  });
  await expect.poll(async () => ended || (await ours()).length === 1).toBe(true);
  child.kill('SIGTERM');
  expect(await closed).toBe(143);
  expect(said).toContain('bench: ended by SIGTERM; no results were written');
  expect(await ours()).toEqual([]);
});
