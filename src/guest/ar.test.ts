import { describe, expect, it } from 'vitest';
import { openArMember } from './ar.js';
import { readAll, streamOf } from './byte-reader.js';
import { GuestError } from './errors.js';

const encoder = new TextEncoder();

function archive(members: readonly [name: string, data: string][]): Uint8Array {
  const parts = members.map(([name, data]) => {
    const size = String(data.length).padEnd(10);
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}0     0     100644  ${size}\`\n`;
    return header + data + (data.length % 2 ? '\n' : '');
  });
  return encoder.encode(`!<arch>\n${parts.join('')}`);
}

/** The same bytes in pieces that respect no boundary. */
function inPieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(bytes.subarray(at, at + size));
      }
      controller.close();
    },
  });
}

const MEMBERS: readonly [string, string][] = [
  ['debian-binary', '2.0\n'],
  ['control.tar.xz', 'odd'],
  ['data.tar.xz/', 'the data'],
  ['more', 'after'],
];

describe('openArMember', () => {
  it.each([1, 7, 1000])('finds a member behind others, in pieces of %i bytes', async (size) => {
    const member = await openArMember(inPieces(archive(MEMBERS), size), (n) => n === 'data.tar.xz');
    expect(member).toMatchObject({ name: 'data.tar.xz', size: 8 });
    if (member) expect(await readAll(member.data)).toEqual(encoder.encode('the data'));
  });

  it('says so when there is no such member', async () => {
    expect(await openArMember(streamOf(archive(MEMBERS)), () => false)).toBeUndefined();
  });

  it.each([
    ['another format', encoder.encode('PK\x03\x04 and more'), /"!<arch>"/],
    ['a header cut short', archive(MEMBERS).subarray(0, 30), /header is broken/],
    [
      'a skipped member cut short',
      archive(MEMBERS).subarray(0, 70),
      /inside its member debian-bin/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    const opening = openArMember(streamOf(bytes), () => false);
    await expect(opening).rejects.toThrow(GuestError);
    await expect(openArMember(streamOf(bytes), () => false)).rejects.toThrow(message);
  });

  it('refuses a wanted member cut short', async () => {
    const bytes = archive(MEMBERS);
    const member = await openArMember(streamOf(bytes.subarray(0, -70)), (n) => n === 'data.tar.xz');
    await expect(member && readAll(member.data)).rejects.toThrow(/inside its member data\.tar\.xz/);
  });
});
