import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSnapshotFolder } from '../../src/node/snapshots/open.js';
import { hartwood, MAIN } from './hartwood.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-completion-'));
  const { stdout } = await hartwood(['completion', 'bash']);
  await writeFile(join(folder, 'script'), stdout);
  await writeFile(join(folder, 'Image 1'), '');
  // Damaged ones are named, too: they can be deleted.
  for (const name of ['web', 'work'])
    await mkdir(join(folder, 'guests', name), { recursive: true });
  const store = await openSnapshotFolder(join(folder, 'snapshots'), { create: true });
  for (const name of ['tools', 'tools', 'trees']) {
    const writer = await store.begin();
    const machine = { memory: 2 ** 20, cpus: 1, cpu: 'rv64', disks: [], machine: {} };
    await writer.finish({ name, time: Date.now(), ...machine });
  }
  await store.close();
});
afterAll(() => rm(folder, { recursive: true }));

/** What bash offers for the last of these words, which readline has parted. */
function offered(...words: string[]): string[] {
  const command = `hartwood() { '${process.execPath}' '${MAIN}' "$@"; }`;
  const program = `source ./script; ${command}`.concat(
    '; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hartwood',
  );
  const args = ['-c', `${program}; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', ...words];
  const text = execFileSync('bash', args, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      HARTWOOD_GUESTS: join(folder, 'guests'),
      HARTWOOD_SNAPSHOTS: join(folder, 'snapshots'),
    },
  });
  return text.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it('offers commands, and those below a command', () => {
    expect(offered('hartwood', '')).toEqual(expect.arrayContaining(['run', 'completion', 'help']));
    expect(offered('hartwood', 'comp')).toEqual(['completion']);
    expect(offered('hartwood', '--no-color', 'comp')).toEqual(['completion']);
  });

  it('offers the options of a command', () => {
    expect(offered('hartwood', 'run', '--gdb')).toEqual(['--gdb', '--gdb-wait']);
    expect(offered('hartwood', 'run', '--cpus', '2', '--fi')).toEqual(['--firmware']);
    expect(offered('hartwood', 'version', '--j')).toEqual(['--json']);
    expect(offered('hartwood', '--v')).toEqual(['--version']);
  });

  it('offers the choices of an option and of an argument', () => {
    expect(offered('hartwood', 'run', '--clock', '')).toEqual(['real', 'virtual']);
    expect(offered('hartwood', 'run', '--clock', '=', 'v')).toEqual(['virtual']);
    expect(offered('hartwood', 'run', '--clock', '=')).toEqual(['real', 'virtual']);
    expect(offered('hartwood', 'completion', '')).toEqual(['bash', 'fish', 'zsh']);
    expect(offered('hartwood', 'help', 'ver')).toEqual(['version']);
  });

  it('offers files where files are wanted, and nothing where only the user knows', () => {
    expect(offered('hartwood', 'run', '--kernel', 'Im')).toEqual(['Image 1']);
    expect(offered('hartwood', 'run', '--drive', 'Im')).toEqual(['Image 1']);
    expect(offered('hartwood', 'disasm', '--region', 'main', 'Im')).toEqual(['Image 1']);
    expect(offered('hartwood', 'run', '--memory', '')).toEqual([]);
    // A command's name as an option's value is none.
    expect(offered('hartwood', 'run', '--append', 'version', '--j')).toEqual(['--json']);
  });

  it('offers the guests that there are', () => {
    expect(offered('hartwood', 'run', '')).toEqual(['web', 'work']);
    expect(offered('hartwood', 'guest', 'show', 'we')).toEqual(['web']);
    expect(offered('hartwood', 'guest', 'build', '')).toEqual([]);
    expect(offered('hartwood', 'cp', 'w')).toEqual(['web:', 'work:']);
    expect(offered('hartwood', 'cp', 'Im')).toEqual(['Image 1']);
  });

  it('offers the snapshots that there are', () => {
    expect(offered('hartwood', 'run', '--from', '')).toEqual(['tools', 'trees']);
    expect(offered('hartwood', 'snapshot', 'delete', 'tools', 'tr')).toEqual(['trees']);
    expect(offered('hartwood', 'snapshot', 're')).toEqual(['restore']);
    expect(offered('hartwood', 'snapshot', 'create', 'name', 'w')).toEqual(['web', 'work']);
  });
});
