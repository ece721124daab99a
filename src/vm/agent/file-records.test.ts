import { describe, expect, it } from 'vitest';
import { AgentError } from '../../core/errors.js';
import { parseEntries, parseStat } from './file-records.js';

/** A `struct linux_dirent64`, padded as the kernel pads it. */
function record(name: string, type: number): number[] {
  const text = new TextEncoder().encode(name);
  const length = Math.ceil((19 + text.length + 1) / 8) * 8;
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint16(16, length, true);
  bytes[18] = type;
  bytes.set(text, 19);
  return [...bytes];
}

describe('a list of a folder', () => {
  it('has names and types, sorted, without the folder and its parent', () => {
    const bytes = [
      ...[record('.', 4), record('z\n"', 8), record('..', 4), record('ä', 10), record('a', 4)],
      ...[record('b', 0), record('s', 12)],
    ].flat();
    expect(parseEntries(Uint8Array.from(bytes))).toEqual([
      { name: 'a', type: 'directory' },
      { name: 'b', type: 'unknown' },
      { name: 's', type: 'socket' },
      { name: 'z\n"', type: 'file' },
      { name: 'ä', type: 'symlink' },
    ]);
    expect(parseEntries(new Uint8Array(0))).toEqual([]);
  });

  it.each([
    ['cut short', record('name', 8).slice(0, 21)],
    ['shorter than its head', record('name', 8).slice(0, 10)],
    ['of length 0', record('name', 8).fill(0, 16, 18)],
    ['longer than what is there', record('name', 8).fill(255, 16, 17)],
    ['without an end of its name', record('name', 8).fill(65, 19)],
  ])('is refused when a record is %s', (_, bytes) => {
    expect(() => parseEntries(Uint8Array.from(bytes))).toThrow(AgentError);
  });
});

describe('what is told of a file', () => {
  it('is read from a struct statx', () => {
    const bytes = new Uint8Array(256);
    const view = new DataView(bytes.buffer);
    view.setUint32(16, 2, true);
    view.setUint32(20, 1000, true);
    view.setUint32(24, 100, true);
    view.setUint16(28, 0o104755, true);
    view.setBigUint64(32, 77n, true);
    view.setBigUint64(40, 5_000_000_000n, true);
    view.setBigInt64(112, 1_700_000_000n, true);
    view.setUint32(120, 500_000_000, true);
    expect(parseStat(bytes)).toEqual({
      type: 'file',
      size: 5_000_000_000,
      mode: 0o4755,
      uid: 1000,
      gid: 100,
      links: 2,
      inode: 77n,
      modified: 1_700_000_000_500,
    });
  });

  it('is refused in another size', () => {
    expect(() => parseStat(new Uint8Array(255))).toThrow(/in 255 bytes, not 256/);
  });
});
