import { describe, expect, it } from 'vitest';
import { readAll, streamOf } from '../byte-reader.js';
import { GuestError } from '../errors.js';
import { tarEntries } from './reader.js';
import { tarEnd, tarHeader, tarPadding } from './writer.js';

const SIZE = 200_000;
const file = (path: string, size = SIZE) => tarHeader({ type: 'file', path, mode: 0o644, size });

/** Pieces, and then silence unless it is cancelled. */
function silentAfter(...pieces: Uint8Array[]) {
  const told = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
    },
    cancel: () => {
      told.cancelled = true;
    },
  });
  return { stream, told };
}

/** Pieces, and then an error. */
function breakingAfter(error: Error, ...pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => {
      const piece = pieces.shift();
      if (piece === undefined) controller.error(error);
      else controller.enqueue(piece);
    },
  });
}

async function readWhole(stream: ReadableStream<Uint8Array>, contents: boolean): Promise<string[]> {
  const names = [];
  for await (const { header, content } of tarEntries(stream, 'the package')) {
    names.push(header.name);
    if (contents) await readAll(content());
  }
  return names;
}

describe('an archive that is left early', () => {
  it('cancels its stream, even one that is silent', async () => {
    const { stream, told } = silentAfter(file('a', 0), file('b', 0));
    for await (const { header } of tarEntries(stream, 'x')) {
      expect(header.name).toBe('a');
      break;
    }
    expect(told.cancelled).toBe(true);
  });

  it('cancels it from within a content, too', async () => {
    const { stream, told } = silentAfter(file('a'), new Uint8Array(5));
    await expect(async () => {
      for await (const { content } of tarEntries(stream, 'x')) {
        for await (const _ of content()) throw new Error('no room');
      }
    }).rejects.toThrow('no room');
    expect(told.cancelled).toBe(true);
  });
});

it('goes on to the next entry where a content is left early', async () => {
  const content = new Uint8Array(SIZE + tarPadding(SIZE).length);
  const pieces = [file('a'), content.subarray(0, 1000), content.subarray(1000), file('b', 0)];
  const { stream } = silentAfter(...pieces, tarEnd());
  const names = [];
  for await (const { header, content } of tarEntries(stream, 'x')) {
    names.push(header.name);
    for await (const _ of content()) break;
    if (header.name === 'b') break;
  }
  expect(names).toEqual(['a', 'b']);
});

describe.each([
  ['read', true],
  ['passed over', false],
])('where contents are %s', (_, contents) => {
  it('names an archive that ends early', async () => {
    const reading = readWhole(streamOf(file('a')), contents);
    await expect(reading).rejects.toThrow(GuestError);
    await expect(reading).rejects.toThrow('the package holds a broken tar archive');
  });

  it('names one that is broken, though its stream goes on', async () => {
    const { stream, told } = silentAfter(file('a', 0), new Uint8Array(512).fill(7));
    await expect(readWhole(stream, contents)).rejects.toMatchObject({ code: 'guest-corrupt' });
    expect(told.cancelled).toBe(true);
  });

  it('throws what its stream fails with', async () => {
    const error = new Error('cut off');
    const stream = breakingAfter(error, file('a'), new Uint8Array(5));
    await expect(readWhole(stream, contents)).rejects.toBe(error);
  });
});

it('reads sizes of 8 GiB and more as they were written', async () => {
  for (const size of [2 ** 33 - 1, 2 ** 33, 2 ** 40 + 3]) {
    const header = { path: 'big', mode: 0o644, uid: 2 ** 21, time: 2 ** 34, size };
    const { stream } = silentAfter(tarHeader({ type: 'file', ...header }));
    for await (const { header } of tarEntries(stream, 'x')) {
      expect(header).toMatchObject({ size, uid: 2 ** 21, mtime: new Date(2 ** 34 * 1000) });
      break;
    }
  }
});
