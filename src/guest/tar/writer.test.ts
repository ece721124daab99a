import { expect, it } from 'vitest';
import { readAll, streamOf } from '../byte-reader.js';
import { tarEntries } from './reader.js';
import { type TarHeader, tarEnd, tarHeader, tarPadding } from './writer.js';

const LONG = `${'long/'.repeat(40)}näme`;

function archive(entries: readonly (TarHeader & { content?: Uint8Array })[]): Uint8Array {
  const pieces = entries.flatMap(({ content = new Uint8Array(0), ...header }) => [
    tarHeader({ ...header, size: content.length }),
    content,
    tarPadding(content.length),
  ]);
  return Uint8Array.from([...pieces, tarEnd()].flatMap((piece) => [...piece]));
}

it('writes what a reader of tar archives reads', async () => {
  const content = new TextEncoder().encode('x'.repeat(513));
  const bytes = archive([
    { type: 'directory', path: 'usr', mode: 0o755, time: 1_700_000_000 },
    { type: 'file', path: 'usr/su', mode: 0o4755, uid: 0, gid: 42, content },
    { type: 'link', path: LONG, mode: 0o644, target: `${LONG}2` },
    { type: 'symlink', path: 'bin', mode: 0o777, target: 'usr/bin' },
    { type: 'character-device', path: 'null', mode: 0o666, device: [1, 3] },
    { type: 'fifo', path: 'a'.repeat(100), mode: 0o600 },
  ]);
  const found = [];
  for await (const { header, content } of tarEntries(streamOf(bytes), 'the archive')) {
    const { name, type, mode, gid, linkname, devmajor, devminor, mtime } = header;
    const size = (await readAll(content())).length;
    found.push({ name, type, mode, gid, linkname, devmajor, devminor, mtime, size });
  }
  const plain = { gid: 0, linkname: null, devmajor: 0, devminor: 0, mtime: new Date(0), size: 0 };
  expect(found).toEqual([
    { ...plain, name: 'usr/', type: 'directory', mode: 0o755, mtime: new Date(1.7e12) },
    { ...plain, name: 'usr/su', type: 'file', mode: 0o4755, gid: 42, size: 513 },
    { ...plain, name: LONG, type: 'link', mode: 0o644, linkname: `${LONG}2` },
    { ...plain, name: 'bin', type: 'symlink', mode: 0o777, linkname: 'usr/bin' },
    { ...plain, name: 'null', type: 'character-device', mode: 0o666, devmajor: 1, devminor: 3 },
    { ...plain, name: 'a'.repeat(100), type: 'fifo', mode: 0o600 },
  ]);
});
