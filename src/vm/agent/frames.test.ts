import { describe, expect, it } from 'vitest';
import { FRAME_MOST, HEADER_SIZE, PAYLOAD_MOST, ToHost } from '../../guest/agent/protocol.js';
import { encodeFrame, FrameReader, magicAnd, words } from './frames.js';

const hello = (nonce: bigint) => encodeFrame(ToHost.HELLO, 0, magicAnd(nonce, 4));
const join = (...parts: readonly ArrayLike<number>[]) =>
  Uint8Array.from(parts.flatMap((part) => Array.from(part)));

/** A reader that accepts the nonce 7, and what it told. */
function reading() {
  const told: unknown[] = [];
  const reader = new FrameReader({
    hello: (nonce) => {
      told.push(`hello ${nonce}`);
      return nonce === 7n;
    },
    frame: ({ type, channel, payload }) => told.push([type, channel, [...payload]]),
    broken: (reason) => told.push(reason),
  });
  return { told, reader };
}

describe('a frame', () => {
  it('is a header, its payload and an end mark, little-endian', () => {
    expect([...encodeFrame(0x83, 0x1234, Uint8Array.of(1, 2))]).toEqual([
      ...[0x83, 0, 0x34, 0x12, 2, 0, 0, 0],
      ...[1, 2, 0x5a],
    ]);
    expect([...words(1, 0xfffffffe)]).toEqual([1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff]);
  });

  it('fills 32 KiB at most', () => {
    expect(encodeFrame(ToHost.STDOUT, 1, new Uint8Array(PAYLOAD_MOST))).toHaveLength(FRAME_MOST);
  });
});

describe('the reader of frames', () => {
  const stream = join(
    ...[[1, 0x81, 2, 0x81, 0x81, 0], hello(7n), [0, 0, 0]],
    encodeFrame(ToHost.STDOUT, 5, Uint8Array.of(0, 0x5a, 0)),
    [0],
    encodeFrame(ToHost.EXIT, 5, words(3)),
  );
  const expected = ['hello 7', [ToHost.STDOUT, 5, [0, 0x5a, 0]], [ToHost.EXIT, 5, [3, 0, 0, 0]]];

  it('finds the greeting behind anything, and then frames between zeros', () => {
    const { told, reader } = reading();
    reader.receive(stream);
    expect(told).toEqual(expected);
  });

  it('reads pieces of any size alike', () => {
    for (let size = 1; size <= 40; size++) {
      const { told, reader } = reading();
      for (let at = 0; at < stream.length; at += size) {
        reader.receive(stream.slice(at, at + size));
      }
      expect(told).toEqual(expected);
    }
  });

  it('looks on after a greeting that is not accepted', () => {
    const { told, reader } = reading();
    reader.receive(join(hello(0n), encodeFrame(ToHost.EXIT, 1, words(0)), hello(3n), hello(7n)));
    expect(told).toEqual(['hello 0', 'hello 3', 'hello 7']);
  });

  it('finds a new agent behind what the old one had half sent', () => {
    const { told, reader } = reading();
    const cut = encodeFrame(ToHost.STDOUT, 5, new Uint8Array(1000).fill(1)).subarray(0, 300);
    reader.receive(join(hello(7n), cut, new Uint8Array(FRAME_MOST), hello(0n)));
    expect(told).toEqual(['hello 7', `a frame of type ${ToHost.STDOUT} lacks its end`, 'hello 0']);
  });

  it.each([
    ['an unknown type', encodeFrame(0x42, 1, words(0)), 'it sent a frame of type 66'],
    ['a host type', encodeFrame(1, 1, words(0)), 'it sent a frame of type 1'],
    ['a short payload', encodeFrame(ToHost.EXIT, 1, Uint8Array.of(1)), 'it sent 1 bytes in'],
    ['a long payload', encodeFrame(ToHost.EXIT, 1, words(1, 2)), 'it sent 8 bytes in'],
    [
      'a giant length',
      join([ToHost.STDOUT, 0, 1, 0, 0xff, 0xff, 0xff, 0xff], new Uint8Array(HEADER_SIZE)),
      'it sent 4294967295 bytes in',
    ],
    ['a missing end', encodeFrame(ToHost.EXIT, 1, words(1)).fill(9, -1), 'lacks its end'],
  ])('refuses %s, and then looks for a greeting', (_, bytes, reason) => {
    const { told, reader } = reading();
    reader.receive(join(hello(7n), bytes, encodeFrame(ToHost.EXIT, 9, words(0)), hello(7n)));
    expect(told).toEqual(['hello 7', expect.stringContaining(reason), 'hello 7']);
  });
});
