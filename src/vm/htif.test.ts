import { describe, expect, it } from 'vitest';
import type { GuestMemory } from '../core/guest-memory.js';
import { serveHtif } from './htif.js';

const TOHOST = 0x100n;
const FROMHOST = 0x140n;
const BLOCK = 0x200n;
const TEXT = 0x300n;

/** 4 KiB of RAM at address 0. */
function memory() {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  const ram = {
    contains: (address: bigint, length: number) =>
      address >= 0n && address + BigInt(length) <= BigInt(bytes.length),
    read: (address: bigint, length: number) =>
      bytes.slice(Number(address), Number(address) + length),
    readU64: (address: bigint) => view.getBigUint64(Number(address), true),
    writeU64: (address: bigint, value: bigint) => view.setBigUint64(Number(address), value, true),
  };
  const call = (...words: bigint[]) => {
    words.forEach((word, i) => {
      ram.writeU64(BLOCK + 8n * BigInt(i), word);
    });
    ram.writeU64(TOHOST, BLOCK);
  };
  bytes.set(new TextEncoder().encode('hello'), Number(TEXT));
  return { ram: ram as unknown as GuestMemory, call };
}

const serve = (ram: GuestMemory) => serveHtif(ram, TOHOST, FROMHOST);

describe('HTIF', () => {
  it.each([
    [1n, 0],
    [3n, 1],
    [(255n << 1n) | 1n, 255],
  ])('%i ends the program with %i', (value, code) => {
    const { ram } = memory();
    ram.writeU64(TOHOST, value);
    expect(serve(ram)).toEqual({ kind: 'exit', code });
  });

  it('write prints, answers with the length, and clears tohost', () => {
    const { ram, call } = memory();
    call(64n, 1n, TEXT, 5n);
    const request = serve(ram);
    expect(request).toMatchObject({ kind: 'console' });
    expect(request.kind === 'console' && new TextDecoder().decode(request.bytes)).toBe('hello');
    expect([ram.readU64(BLOCK), ram.readU64(TOHOST), ram.readU64(FROMHOST)]).toEqual([5n, 0n, 1n]);
  });

  it('exit ends the program', () => {
    const { ram, call } = memory();
    call(93n, 7n);
    expect(serve(ram)).toEqual({ kind: 'exit', code: 7 });
  });

  it.each([
    ['an unknown call', [57n, 1n, TEXT, 5n]],
    ['a text beyond memory', [64n, 1n, 4090n, 10n]],
    ['a text beyond all memory', [64n, 1n, TEXT, (1n << 64n) - 1n]],
  ])('%s is answered with an error', (_, words) => {
    const { ram, call } = memory();
    call(...words);
    expect(serve(ram)).toEqual({ kind: 'none' });
    expect(BigInt.asIntN(64, ram.readU64(BLOCK))).toBe(-38n);
    expect(ram.readU64(FROMHOST)).toBe(1n);
  });

  it('device 1 prints one byte', () => {
    const { ram } = memory();
    ram.writeU64(TOHOST, (1n << 56n) | (1n << 48n) | 65n);
    expect(serve(ram)).toEqual({ kind: 'console', bytes: Uint8Array.of(65) });
    expect([ram.readU64(TOHOST), ram.readU64(FROMHOST)]).toEqual([0n, 0n]);
  });

  it.each([0n, 4096n, 4090n, 2n << 56n, 0xffff_ffff_fffen])('passes over %i', (value) => {
    const { ram } = memory();
    ram.writeU64(TOHOST, value);
    expect(serve(ram)).toEqual({ kind: 'none' });
  });
});
