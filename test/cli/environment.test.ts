import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VARIABLES } from '../../src/cli/environment.js';
import { STATUS_MEANINGS } from '../../src/cli/exit-status.js';
import { elfFile } from '../image-maker.js';
import { hartwood } from './hartwood.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Rows of the tables of a page, cell by cell, without its code marks. */
const rows = (page: string) =>
  read(page)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .replaceAll('`', '')
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .slice(2);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-environment-'));
  // An endless loop: j .
  await writeFile(join(folder, 'loop'), elfFile(Uint8Array.of(0x6f, 0, 0, 0)));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the variables', () => {
  it('are those that the page lists', () => {
    const listed = VARIABLES.map(({ name, meaning, otherwise }) => [name, meaning, otherwise]);
    expect(rows('docs/environment.md')).toEqual(listed);
  });

  it('are all that the source names', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    const named = sources.flatMap(
      (name) => read(join('src', name)).match(/\bHARTWOOD_[A-Z_]+/g) ?? [],
    );
    // What the scripts of guests hand to commands within the guest is not of this world.
    const own = named.filter((name) => !['HARTWOOD_NAME', 'HARTWOOD_FOLDER'].includes(name));
    const known = VARIABLES.map(({ name }) => name).filter((name) => name.startsWith('HARTWOOD'));
    expect(new Set(own)).toEqual(new Set(known));
  });

  const run = (env: Record<string, string>, ...args: string[]) =>
    hartwood(['run', '--bare', 'loop', ...args], { cwd: folder, env });

  it('stand for options, which beat them', async () => {
    const limited = await run({ HARTWOOD_TIMEOUT: '0.2' });
    expect(limited).toMatchObject({ status: 124, stderr: expect.stringContaining('0.2 seconds') });
    const beaten = await run({ HARTWOOD_TIMEOUT: '0.2' }, '--timeout', '0.3');
    expect(beaten.stderr).toContain('0.3 seconds');
    const cpus = await run({ HARTWOOD_CPUS: '99' }, '--cpus', '2', '--timeout', '0.1');
    expect(cpus.status).toBe(124);
  });

  it('switch translation off', async () => {
    const translation = async (env: Record<string, string>, ...args: string[]) => {
      const { stdout } = await run(env, '--json', '--timeout', '0.2', ...args);
      return (JSON.parse(stdout) as { translation: object | null }).translation;
    };
    expect(await translation({ HARTWOOD_TRANSLATE: 'on' })).not.toBeNull();
    expect(await translation({ HARTWOOD_TRANSLATE: 'off' })).toBeNull();
    expect(await translation({}, '--no-translate')).toBeNull();
    expect(await run({ HARTWOOD_TRANSLATE: 'no' })).toMatchObject({
      status: 2,
      stderr: "hartwood: HARTWOOD_TRANSLATE 'no' is neither 'on' nor 'off'\n",
    });
  });

  it('are named where their value is wrong', async () => {
    expect(await run({ HARTWOOD_CPUS: '99' })).toMatchObject({
      status: 2,
      stderr: 'hartwood: a VM has 1 to 8 CPUs, not 99 (set: HARTWOOD_CPUS=99)\n',
    });
    expect((await run({ HARTWOOD_MEMORY: 'lots' })).stderr).toContain(
      '(set: HARTWOOD_MEMORY=lots)',
    );
  });
});

it('each exit status of the help is on the page', () => {
  const listed = rows('docs/exit-statuses.md').map(([status]) => status);
  const normal = (status: string) => status.replace(' to ', ' … ').replace('+', ' + ');
  expect(listed).toEqual(STATUS_MEANINGS.map(([status]) => normal(status)));
});
