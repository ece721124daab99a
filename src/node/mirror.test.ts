import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { debianMirror } from './mirror.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hartwood-apt-'));
});

afterEach(() => rm(root, { recursive: true }));

async function machine(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries({ 'etc/os-release': 'ID=debian\n', ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const DEB822 = `# A comment
Types: deb deb-src
URIs: http://packages.example/debian
Suites: nodistro
Components: main

Types: deb
URIs: http://disabled.example/debian
Suites: trixie
Components: main
Enabled: no

Types: deb
URIs: http://security.example/debian-security
Suites: trixie-security
Components: main

Types: deb
URIs: https://mirror.example/debian/
Suites: trixie trixie-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

describe('debianMirror', () => {
  it('takes the variable before all else', async () => {
    await machine({ 'etc/apt/sources.list.d/debian.sources': DEB822 });
    const env = { HARTWOOD_DEBIAN_MIRROR: 'http://mine.example/debian' };
    expect(await debianMirror(env, root)).toBe('http://mine.example/debian');
  });

  it('refuses a variable that is no URL', async () => {
    const env = { HARTWOOD_DEBIAN_MIRROR: '/srv/mirror' };
    await expect(debianMirror(env, root)).rejects.toThrow(/"\/srv\/mirror"; it must be an http/);
  });

  it("finds the main archive in apt's deb822 files, among others", async () => {
    await machine({ 'etc/apt/sources.list.d/debian.sources': DEB822 });
    expect(await debianMirror({}, root)).toBe('https://mirror.example/debian/');
  });

  it('finds it in one-line files', async () => {
    await machine({
      'etc/apt/sources.list': `# deb http://no.example/debian trixie main
deb cdrom:[Debian 13]/ trixie main
deb [arch=amd64 signed-by=/usr/share/keyrings/third.gpg] http://third.example/x bookworm main
deb http://security.example/ trixie-security main
deb [arch=amd64] http://mirror.example/debian bookworm main contrib # ours
`,
    });
    expect(await debianMirror({}, root)).toBe('http://mirror.example/debian');
  });

  it.each([
    ['no sources', { 'etc/apt/sources.list': '' }],
    [
      'another distribution',
      { 'etc/os-release': 'ID=raspbian\n', 'etc/apt/sources.list.d/x.sources': DEB822 },
    ],
  ])('names the variable on a machine with %s', async (_, files) => {
    await machine(files);
    const finding = debianMirror({}, root);
    await expect(finding).rejects.toMatchObject({ code: 'guest-mirror' });
    await expect(finding).rejects.toThrow(/set HARTWOOD_DEBIAN_MIRROR/);
  });
});
