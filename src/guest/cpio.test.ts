import { describe, expect, it } from 'vitest';
import { type CpioEntry, writeCpio } from './cpio.js';

const encoder = new TextEncoder();
const ENTRIES: readonly CpioEntry[] = [
  { type: 'directory', path: 'dev', mode: 0o755 },
  { type: 'character', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  { type: 'file', path: 'init', mode: 0o755, data: encoder.encode('#!/bin/sh\n') },
  { type: 'file', path: 'empty', mode: 0o644, data: new Uint8Array(0) },
  { type: 'symlink', path: 'bin', target: 'usr/bin' },
];

interface Record {
  name: string;
  mode: number;
  links: number;
  device: [number, number];
  data: string;
}

/** A second reading of the format's description, not of the writer. */
function parse(archive: Uint8Array): Record[] {
  const text = new TextDecoder('latin1').decode(archive);
  const records: Record[] = [];
  let at = 0;
  while (at < text.length) {
    expect(at % 4).toBe(0);
    expect(text.slice(at, at + 6)).toBe('070701');
    const field = (index: number): number =>
      Number.parseInt(text.slice(at + 6 + index * 8, at + 14 + index * 8), 16);
    const nameEnd = at + 110 + field(11);
    const name = text.slice(at + 110, nameEnd - 1);
    expect(text[nameEnd - 1]).toBe('\0');
    const dataStart = Math.ceil(nameEnd / 4) * 4;
    const data = text.slice(dataStart, dataStart + field(6));
    records.push({ name, mode: field(1), links: field(4), device: [field(9), field(10)], data });
    at = Math.ceil((dataStart + field(6)) / 4) * 4;
  }
  expect(at).toBe(text.length);
  return records;
}

describe('writeCpio', () => {
  it('writes every kind of file, and the trailer', () => {
    expect(parse(writeCpio(ENTRIES))).toEqual([
      { name: 'dev', mode: 0o040755, links: 2, device: [0, 0], data: '' },
      { name: 'dev/console', mode: 0o020600, links: 1, device: [5, 1], data: '' },
      { name: 'init', mode: 0o100755, links: 1, device: [0, 0], data: '#!/bin/sh\n' },
      { name: 'empty', mode: 0o100644, links: 1, device: [0, 0], data: '' },
      { name: 'bin', mode: 0o120777, links: 1, device: [0, 0], data: 'usr/bin' },
      { name: 'TRAILER!!!', mode: 0, links: 1, device: [0, 0], data: '' },
    ]);
  });

  it('writes the same bytes for the same entries', () => {
    expect(writeCpio(ENTRIES)).toEqual(writeCpio(structuredClone(ENTRIES)));
  });
});
