import { describe, expect, it } from 'vitest';
import { streamOf } from '../byte-reader.js';
import { parseStanza, splitStanzas } from './deb822.js';
import { PackageIndex } from './packages.js';

const HASH = '0123456789abcdef'.repeat(4);
const INDEX = `Package: busybox-static
Version: 1:1.37.0-6
Description: Standalone rescue shell
 with many utilities
Filename: pool/main/b/busybox/busybox-static_1.37.0-6_riscv64.deb
Size: 941532
SHA256: ${HASH.toUpperCase()}

Package: linux-image-6.12.1+deb13-riscv64
Version: 6.12.1-1
Filename: pool/main/l/linux/linux-image-6.12.1.deb
Size: 112012420
SHA256: ${HASH}

Package: linux-image-riscv64
Version: 6.12.1-1
Depends: kmod | other, linux-image-6.12.1+deb13-riscv64 (= 6.12.1-1)
Filename: pool/main/l/linux/linux-image-riscv64.deb
Size: 1436
SHA256: ${HASH}

Package: broken
Filename: ../../etc/passwd
Size: 1
SHA256: ${HASH}
`;

const stream = (text: string): ReadableStream<Uint8Array> =>
  streamOf(new TextEncoder().encode(text));
const read = (wanted: (name: string) => boolean): Promise<PackageIndex> =>
  PackageIndex.read(stream(INDEX), wanted);

describe('parseStanza', () => {
  it('reads fields by name in any case, continued lines, and none of comments', () => {
    const stanza = parseStanza(
      'Name: value: with colon\n# no\nSHA256:\n aa 1 x\n bb 2 y\nEmpty:\n',
    );
    expect([...stanza]).toEqual([
      ['name', 'value: with colon'],
      ['sha256', '\naa 1 x\nbb 2 y'],
      ['empty', ''],
    ]);
  });
});

describe('splitStanzas', () => {
  it('finds the same stanzas wherever the stream is cut', async () => {
    const bytes = new TextEncoder().encode('A: ä\n\n\nB: 2\n\nC: 3');
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    const stanzas = [];
    for await (const text of splitStanzas(pieces())) stanzas.push(parseStanza(text));
    expect(stanzas.filter(({ size }) => size > 0).map((stanza) => [...stanza])).toEqual([
      [['a', 'ä']],
      [['b', '2']],
      [['c', '3']],
    ]);
  });
});

it('a stanza without end is refused before it fills the memory', async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    const piece = new TextEncoder().encode('A: b\n'.repeat(20_000));
    while (given < 2 ** 24) {
      given += piece.length;
      yield piece;
    }
  }
  const reading = PackageIndex.read(endless(), () => true);
  await expect(reading).rejects.toMatchObject({ code: 'guest-corrupt' });
  expect(given).toBeLessThan(2 ** 21);
});

describe('PackageIndex', () => {
  it('finds a package by name', async () => {
    const index = await read((name) => name === 'busybox-static');
    expect(index.find('busybox-static')).toMatchObject({
      name: 'busybox-static',
      version: '1:1.37.0-6',
      filename: 'pool/main/b/busybox/busybox-static_1.37.0-6_riscv64.deb',
      size: 941532,
      sha256: HASH,
      depends: '',
    });
  });

  it('follows the metapackage to the kernel', async () => {
    const { package: kernel, release } = (await read((n) => n.startsWith('linux'))).findKernel(
      'linux-image-riscv64',
    );
    expect(release).toBe('6.12.1+deb13-riscv64');
    expect(kernel.size).toBe(112012420);
  });

  it('names the package that is missing', async () => {
    const index = await read(() => false);
    expect(() => index.find('busybox-static')).toThrow(/no package busybox-static/);
  });

  it('refuses an entry whose path leaves the mirror', async () => {
    const index = await read((name) => name === 'broken');
    expect(() => index.find('broken')).toThrow(/package broken is incomplete/);
  });
});
