import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Profile } from '../../src/profile/profile.js';
import { program, shareOf, THREE_TO_ONE } from '../profile/programs.js';
import { hartwood } from './hartwood.js';

let folder: string;
const at = (name: string) => join(folder, name);
const MAP = '0000000080000000 T start_of_map\n0000000080000014 t behind\n';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-profile-'));
  await writeFile(at('program'), THREE_TO_ONE);
  await writeFile(at('endless'), program('_start: j _start'));
  await writeFile(at('System.map'), MAP);
  await writeFile(at('stub'), 'ffffffffffffffff B The real System.map is in another package\n');
  await writeFile(at('noise'), Uint8Array.of(1, 2, 3, 200));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (...words: string[]) =>
  hartwood(['run', '--bare', 'program', '--clock', 'virtual', ...words], { cwd: folder });

describe('hartwood run --profile', () => {
  it('reports on standard error, beside what the program does', async () => {
    const { status, stdout, stderr } = await run('--profile');
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(
      /^\nProfile: \d+ samples of 3,\d{3},\d{3} steps, one in 50,000; engine '/,
    );
    expect(stderr).toContain('Functions (as the ELF file names them)');
    expect(stderr).toMatch(/\d\d\.\d\d % +\d+ {2}M {2}heavy_loop\n/);
    expect(stderr).toMatch(/ hart 0 +100\.00 % +100\.00 % +0\.00 % +0\.00 %/);
    expect(stderr).toMatch(/\d\d\.\d\d % {2}branch, \d+\.\d % of them taken/);
    expect(stderr).toMatch(/Exits: .*shutdown 1/);
    expect(stderr).toMatch(/Host: \d+\.\d{3} s\n.* in the core\n/);
  });

  it('writes to a file, as text or with --json as data', async () => {
    const text = await run('--profile=report.txt');
    expect([text.status, text.stderr]).toEqual([0, '']);
    expect(await readFile(at('report.txt'), 'utf8')).toMatch(/^Profile: /);

    const data = await run('--profile=report.json', '--json');
    expect(data.status).toBe(0);
    expect(JSON.parse(data.stdout).profile).toBeUndefined();
    const profile: Profile = JSON.parse(await readFile(at('report.json'), 'utf8'));
    expect(profile.format).toBe(1);
    expect(shareOf(profile, 'heavy')).toBeGreaterThan(0.5);
  });

  it('is part of the summary with --json, and chooses its samples by the seed', async () => {
    const shares = async (seed: string) => {
      const { stdout, stderr } = await run('--profile', '--json', '--seed', seed);
      expect(stderr).toBe('');
      const { profile, status } = JSON.parse(stdout);
      expect(status).toBe(0);
      return profile.functions;
    };
    const once = await shares('7');
    expect(once[0].name).toBe('heavy_loop');
    expect(await shares('7')).toEqual(once);
  });

  it('takes the names of --symbols', async () => {
    const { status, stderr } = await run('--profile', '--symbols', 'System.map');
    expect(status).toBe(0);
    expect(stderr).toContain('Functions (by --symbols)');
    expect(stderr).toMatch(/100\.00 % +\d+ {2}M {2}behind\n/);
    const elf = await run('--profile', '--symbols', 'program');
    expect(elf.stderr).toContain('heavy_loop');
  });

  it('reports also where the time limit ends the run', async () => {
    const words = ['run', '--bare', 'endless', '--clock', 'virtual', '--timeout', '0.01'];
    const { status, stderr } = await hartwood([...words, '--profile'], { cwd: folder });
    expect(status).toBe(124);
    expect(stderr).toContain('Profile: ');
  });

  it("refuses a word behind it that is a guest's name", async () => {
    await mkdir(at('guests/web'), { recursive: true });
    await writeFile(at('guests/web/manifest.json'), '{}');
    const words = ['run', '--bare', 'program', '--profile'];
    const within = { cwd: folder, env: { HARTWOOD_GUESTS: at('guests') } };
    const { status, stderr } = await hartwood([...words, 'web'], within);
    expect(status).toBe(2);
    expect(stderr).toContain("right would be 'run web --profile', or --profile=./web");
    expect(await hartwood([...words, './web'], within)).toMatchObject({ status: 0 });
    expect(await readFile(at('web'), 'utf8')).toMatch(/^Profile: /);
  });

  it.each<[words: string[], status: number, line: RegExp]>([
    [['--symbols', 'System.map'], 2, /--symbols needs --profile beside it/],
    [['--profile='], 2, /--profile= needs a file/],
    [
      ['--profile=no/such/folder'],
      2,
      /--profile 'no\/such\/folder' cannot be written: there is no such folder/,
    ],
    [['--profile=.'], 2, /--profile '.' cannot be written: it is a directory/],
    [
      ['--profile', '--symbols', 'missing'],
      3,
      /symbols 'missing' cannot be read: there is no such/,
    ],
    [['--profile', '--symbols', 'stub'], 3, /symbols 'stub' names no code: it may be a stub/],
    [['--profile', '--symbols', 'noise'], 3, /symbols 'noise' has no symbol in line 1/],
  ])('%j ends with %i', async (words, status, line) => {
    const ended = await run(...words);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(line);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });
});
