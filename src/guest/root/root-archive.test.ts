import { describe, expect, it } from 'vitest';
import { readAll, streamOf } from '../byte-reader.js';
import type { Package } from '../debian/packages.js';
import { tarEntries } from '../tar/reader.js';
import { type TarHeader, tarEnd, tarHeader, tarPadding } from '../tar/writer.js';
import { rootArchive } from './root-archive.js';

type File = Omit<TarHeader, 'mode'> & { readonly text?: string };

function tar(files: readonly File[]): ReadableStream<Uint8Array> {
  const pieces = files.flatMap(({ text = '', ...header }) => {
    const data = new TextEncoder().encode(text);
    return [
      tarHeader({ ...header, mode: 0o644, size: data.length }),
      data,
      tarPadding(data.length),
    ];
  });
  return streamOf(Uint8Array.from([...pieces, tarEnd()].flatMap((piece) => [...piece])));
}

interface Content {
  readonly files: readonly File[];
  /** Further lines of its control file, and other control files. */
  readonly control?: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** The archive of some packages: each path with its type and text, or a link's target. */
async function merged(contents: Record<string, Content>): Promise<Map<string, string>> {
  const packages = Object.keys(contents).map(
    (name): Package => ({
      ...{ name, version: '1', filename: name, size: 1, sha256: '', depends: '' },
      fields: new Map(),
    }),
  );
  const open = async ({ name }: Package, part: 'data' | 'control') => {
    const { files, control = '', scripts = {} } = contents[name] ?? { files: [] };
    if (part === 'data') return tar(files.map((file) => ({ ...file, path: `./${file.path}` })));
    const text = `Package: ${name}\nVersion: 1\nArchitecture: riscv64\n${control}`;
    const all = Object.entries({ control: text, ...scripts });
    return tar(all.map(([path, content]) => ({ type: 'file', path: `./${path}`, text: content })));
  };
  const found = new Map<string, string>();
  const bytes = await readAll(rootArchive(packages, open, []));
  for await (const { header, content } of tarEntries(streamOf(bytes), 'the root')) {
    const text = header.linkname ?? new TextDecoder().decode(await readAll(content()));
    found.set(header.name, header.type === 'file' ? text : `${header.type} ${text}`.trim());
  }
  return found;
}

const file = (path: string, text = ''): File => ({ type: 'file', path, text });
const directory = (path: string): File => ({ type: 'directory', path });

describe('rootArchive', () => {
  it('takes paths through the links of the merged /usr and of packages', async () => {
    const root = await merged({
      a: { files: [{ type: 'symlink', path: 'var/run', target: '/run' }, directory('run')] },
      b: { files: [directory('var/run'), file('var/run/b', 'b'), file('bin/tool', 'tool')] },
    });
    expect(root.get('bin')).toBe('symlink usr/bin');
    expect(root.get('var/run')).toBe('symlink /run');
    expect(root.get('run/b')).toBe('b');
    expect(root.get('usr/bin/tool')).toBe('tool');
    // dpkg knows files by the names that their packages have for them.
    expect(root.get('var/lib/dpkg/info/b.list')).toBe('/.\n/var/run\n/var/run/b\n/bin/tool\n');
  });

  it('leaves configuration files beside their places, for dpkg to put them there', async () => {
    const root = await merged({
      a: {
        files: [file('etc/a.conf', 'x=1')],
        control: 'Multi-Arch: same\n',
        scripts: { conffiles: '/etc/a.conf\n', postinst: '#!/bin/sh\n' },
      },
    });
    expect(root.get('etc/a.conf.dpkg-new')).toBe('x=1');
    expect(root.has('etc/a.conf')).toBe(false);
    expect(root.get('var/lib/dpkg/info/a:riscv64.postinst')).toBe('#!/bin/sh\n');
    expect(root.get('var/lib/dpkg/status')).toBe(
      'Package: a\nStatus: install ok unpacked\nVersion: 1\nArchitecture: riscv64\n' +
        'Multi-Arch: same\nConffiles:\n /etc/a.conf newconffile\n',
    );
  });

  it('notes who is interested in what', async () => {
    const triggers = 'interest-noawait ldconfig\ninterest /usr/share/x\nactivate other\n';
    const root = await merged({ a: { files: [], scripts: { triggers } } });
    expect(root.get('var/lib/dpkg/triggers/ldconfig')).toBe('a/noawait\n');
    expect(root.get('var/lib/dpkg/triggers/File')).toBe('/usr/share/x a\n');
  });

  it('leaves out manuals and translations, but no copyright notice', async () => {
    const root = await merged({
      a: {
        files: ['man/man1/a.1.gz', 'doc/a/README', 'doc/a/copyright'].map((path) =>
          file(`usr/share/${path}`),
        ),
      },
    });
    const paths = [...root.keys()].filter((path) => path.startsWith('usr/'));
    expect(paths).toEqual(['usr/share/doc/a/copyright']);
  });

  it('lets a package replace files of another only if it says so', async () => {
    const files = [file('usr/bin/x', 'new')];
    const old = { files: [file('usr/bin/x', 'old')] };
    const root = await merged({ old, new: { files, control: 'Replaces: old (<< 2)\n' } });
    expect(root.get('usr/bin/x')).toBe('new');
    expect(root.get('var/lib/dpkg/info/old.list')).toBe('/.\n');
    const clash = merged({ old, new: { files } });
    await expect(clash).rejects.toMatchObject({ code: 'guest-package' });
    await expect(clash).rejects.toThrow('packages old and new both have /usr/bin/x');
  });

  it.each([
    ['a path out of the tree', [file('usr/../../x')], /path 'usr\/..\/..\/x' leads out/],
    [
      'links in circles',
      [
        { type: 'symlink', path: 'a', target: 'b' } as const,
        { type: 'symlink', path: 'b', target: 'a' } as const,
        file('a/x'),
      ],
      /path 'a\/x' leads in circles/,
    ],
    [
      'a hard link to nothing',
      [{ type: 'link', path: 'a', target: './b' } as const],
      /a is a link to nothing/,
    ],
  ])('refuses %s', async (_, files, message) => {
    const merging = merged({ evil: { files } });
    await expect(merging).rejects.toMatchObject({ code: 'guest-corrupt' });
    await expect(merging).rejects.toThrow(message);
  });
});
