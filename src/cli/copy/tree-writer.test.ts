import {
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TreeEntry } from '../../vm/agent/tree.js';
import { CopyError } from './copy-error.js';
import { localTree } from './local-tree.js';
import { TreeWriter } from './tree-writer.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-copy-'));
});
afterEach(() => rm(folder, { recursive: true }));

const MODIFIED = Date.UTC(2020, 1, 2);
const common = { mode: 0o640, modified: MODIFIED, size: 0 };

function file(path: string, text: string, mode = 0o640): TreeEntry {
  const bytes = new TextEncoder().encode(text);
  const content = async function* () {
    yield bytes;
  };
  return { ...common, path, type: 'file', mode, size: bytes.length, content };
}
const directory = (path: string, mode = 0o755): TreeEntry => ({
  ...{ ...common, path, type: 'directory', mode },
});
const link = (path: string, target: string): TreeEntry => ({
  ...{ ...common, path, type: 'symlink', target },
});

async function write(...entries: TreeEntry[]): Promise<void> {
  const writer = new TreeWriter(join(folder, 'out'));
  for (const entry of entries) await writer.add(entry);
  await writer.finish();
}

describe('what comes out of a guest', () => {
  it('is written with its permissions and times, links as links', async () => {
    await write(
      directory('.'),
      directory('closed', 0o500),
      file('closed/a', 'one'),
      { ...common, path: 'same', type: 'link', target: 'closed/a' },
      link('away', '/etc/passwd'),
    );
    const out = join(folder, 'out');
    expect(await readFile(join(out, 'closed/a'), 'utf8')).toBe('one');
    expect(await readFile(join(out, 'same'), 'utf8')).toBe('one');
    expect(await readlink(join(out, 'away'))).toBe('/etc/passwd');
    const closed = await lstat(join(out, 'closed'));
    expect([closed.mode & 0o7777, closed.mtimeMs]).toEqual([0o500, MODIFIED]);
    const a = await lstat(join(out, 'closed/a'));
    expect([a.mode & 0o7777, a.mtimeMs]).toEqual([0o640, MODIFIED]);
  });

  it('is nobody else: what is setuid there is not here', async () => {
    await write(directory('.'), file('root-shell', '', 0o4755));
    expect((await lstat(join(folder, 'out/root-shell'))).mode & 0o7777).toBe(0o755);
  });

  it('cannot leave its folder through a link of the guest', async () => {
    const secret = join(folder, 'secret');
    await mkdir(secret);
    // The link is made last, and so takes no file; what is named below it needs a folder.
    await expect(
      write(directory('.'), link('door', secret), file('door/planted', 'x')),
    ).rejects.toThrow(CopyError);
    await expect(lstat(join(secret, 'planted'))).rejects.toThrow('ENOENT');
  });

  it('cannot leave its folder through a link that is there already', async () => {
    const secret = join(folder, 'secret');
    await mkdir(join(folder, 'out'));
    await mkdir(secret);
    await symlink(secret, join(folder, 'out/door'));
    await expect(write(file('door/planted', 'x'))).rejects.toThrow(
      /out\/door' is a symbolic link: nothing is written through it/,
    );
    await writeFile(join(secret, 'file'), 'old');
    await symlink(join(secret, 'file'), join(folder, 'out/name'));
    await write(file('name', 'new'));
    expect(await readFile(join(secret, 'file'), 'utf8')).toBe('old');
    expect(await readFile(join(folder, 'out/name'), 'utf8')).toBe('new');
  });

  it('replaces files and no folders', async () => {
    await write(directory('.'), file('a', 'old'), directory('b'));
    await write(directory('.'), file('a', 'new'));
    expect(await readFile(join(folder, 'out/a'), 'utf8')).toBe('new');
    await expect(write(file('b', ''))).rejects.toThrow(/out\/b' is a folder, and a file is to be/);
  });
});

describe('what goes into a guest', () => {
  it('is the whole tree below its name, in order', async () => {
    await mkdir(join(folder, 'src/b'), { recursive: true });
    await writeFile(join(folder, 'src/b/c'), 'text');
    await symlink('b/c', join(folder, 'src/a'));
    const entries: string[] = [];
    for await (const { path, type, size, target } of localTree(join(folder, 'src'), 'to', fail)) {
      entries.push([path, type, size, target].join(' ').trim());
    }
    expect(entries).toEqual([
      'to directory 0',
      'to/a symlink 0 b/c',
      'to/b directory 0',
      'to/b/c file 4',
    ]);
  });

  it('is named if it is not there', async () => {
    const path = join(folder, 'absent');
    const tree = localTree(path, 'to', fail);
    await expect(tree.next()).rejects.toThrow(`'${path}' cannot be read: there is no such file`);
  });
});

function fail(path: string): never {
  throw new Error(`${path} was left out`);
}
