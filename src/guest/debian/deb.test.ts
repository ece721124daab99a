import { describe, expect, it } from 'vitest';
import { streamOf } from '../byte-reader.js';
import { unpackDeb } from './deb.js';

/** `./boot/System.map` ("map\n") and `./boot/vmlinux-1` ("kernel\n") as a .tar.xz. */
const DATA = Uint8Array.from(
  atob(
    [
      '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AJ1dABcLyMfqmSTcUnKv46bKZHONS5U0ZKvUea560y9fy4bY11b7',
      'LHsQ9X0DMaycDIRZUgA4VsteAg5mBEHKz+R8sqnmLoDfybI/qOPkmqu0aDW6uDwHz7jJZdtZngcZKMJ5xD3sEKHr',
      'xOc0JQ8mQ9jg9W0xAujf8b77EuubFUvbK6QYPoG3byuLCDix6RrDdYAgIO5m7eH6a0mwmkvWJt8AAAAAAVQ3MIFZ',
      'KxwAAbkBgFAAAFsnFUKxxGf7AgAAAAAEWVo=',
    ].join(''),
  ),
  (character) => character.charCodeAt(0),
);

function deb(name: string, data: Uint8Array): Uint8Array {
  const header = `${name.padEnd(48)}${String(data.length).padEnd(10)}\`\n`;
  const head = new TextEncoder().encode(`!<arch>\n${header}`);
  return Uint8Array.from([...head, ...data]);
}

const unpack = (bytes: Uint8Array, ...patterns: RegExp[]) =>
  unpackDeb(streamOf(bytes), patterns, 'the package');

describe('unpackDeb', () => {
  it('returns the files in the order of the patterns', async () => {
    const files = await unpack(deb('data.tar.xz', DATA), /vmlinux-/, /System\.map$/);
    const text = (data: Uint8Array): string => new TextDecoder().decode(data);
    expect(files.map(({ path, data }) => [path, text(data)])).toEqual([
      ['boot/vmlinux-1', 'kernel\n'],
      ['boot/System.map', 'map\n'],
    ]);
  });

  it('names the pattern that nothing matches', async () => {
    const unpacking = unpack(deb('data.tar.xz', DATA), /vmlinux-/, /busybox$/);
    await expect(unpacking).rejects.toMatchObject({ code: 'guest-package' });
    await expect(unpacking).rejects.toThrow('the package has no file that matches busybox$');
  });

  it.each([
    ['another compression', deb('data.tar.zst', DATA), /data\.tar\.zst where data\.tar\.xz was/],
    ['no data', deb('control.tar.xz', DATA), /no data where/],
    [
      'a broken xz stream',
      deb(
        'data.tar.xz',
        DATA.map((byte, i) => byte ^ Number(i === 60)),
      ),
      /xz/,
    ],
    ['an xz stream cut short', deb('data.tar.xz', DATA.subarray(0, 80)), /xz data is broken/],
  ])('refuses %s, and unpacks the next package all the same', async (_, bytes, message) => {
    const unpacking = unpack(bytes, /busybox$/);
    await expect(unpacking).rejects.toMatchObject({ code: 'guest-corrupt' });
    await expect(unpacking).rejects.toThrow(message);
    expect(await unpack(deb('data.tar.xz', DATA), /vmlinux-/)).toHaveLength(1);
  });

  it('passes on what its stream fails with', async () => {
    const head = deb('data.tar.xz', DATA).subarray(0, 100);
    const failing = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (controller.desiredSize === 1) controller.enqueue(head);
        throw new RangeError('aborted');
      },
    });
    await expect(unpackDeb(failing, [/x/], 'the package')).rejects.toThrow('aborted');
    expect(await unpack(deb('data.tar.xz', DATA), /vmlinux-/)).toHaveLength(1);
  });
});
