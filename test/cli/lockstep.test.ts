import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elfFile } from '../image-maker.js';
import { hartwood } from './hartwood.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-lockstep-'));
  // An endless loop: j .
  await writeFile(join(folder, 'loop'), elfFile(Uint8Array.of(0x6f, 0, 0, 0)));
  await writeFile(join(folder, 'disk'), new Uint8Array(4096));
});
afterAll(() => rm(folder, { recursive: true }));

const lockstep = (...args: string[]) =>
  hartwood(['lockstep', '--engines', 'wasm,wasm-interpreter', '--bare', 'loop', ...args], {
    cwd: folder,
  });

describe('hartwood lockstep', () => {
  it('says that engines agree, with status 0', async () => {
    const run = await lockstep('--steps', '50000', '--every', '20000', '--cpus', '2');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(
      /^wasm and wasm-interpreter agree: 50,000 steps, compared 4 times\n/,
    );
    expect(run.stdout.split('\n').length).toBe(4);
  });

  it('takes engines with a space behind the comma', async () => {
    const words = ['lockstep', '--engines', 'wasm, ts', '--bare', 'loop', '--steps', '100'];
    const run = await hartwood(words, { cwd: folder });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/^wasm and ts agree: /);
  });

  it('asks no variable of run how to translate', async () => {
    const words = ['lockstep', '--engines', 'wasm,wasm', '--bare', 'loop', '--steps', '100'];
    const run = await hartwood(words, { cwd: folder, env: { HARTWOOD_TRANSLATE: 'frob' } });
    expect(run).toMatchObject({ status: 0, stderr: '' });
  });

  it('says it in JSON', async () => {
    const run = await lockstep('--steps', '1000', '--json', '--drive', 'disk');
    expect(JSON.parse(run.stdout)).toMatchObject({
      verdict: 'equal',
      steps: 1000,
      difference: null,
      engines: [{ name: 'wasm' }, { name: 'wasm-interpreter' }],
    });
    expect(await readFile(join(folder, 'disk'))).toEqual(Buffer.alloc(4096));
  });
});
