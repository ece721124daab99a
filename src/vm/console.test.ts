import { describe, expect, it } from 'vitest';
import { Console } from './console.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (chunk: Uint8Array | undefined) => new TextDecoder().decode(chunk);
const KIB = 1024;

describe("the console's output", () => {
  it('comes in order, and ends when the machine does', async () => {
    const console = new Console(() => {});
    console.print(bytes('one '));
    console.print(bytes('two '));
    const reader = console.output.getReader();
    expect(text((await reader.read()).value)).toBe('one two ');
    const next = reader.read();
    console.print(bytes('three'));
    expect(text((await next).value)).toBe('three');
    console.print(bytes('four'));
    console.close();
    expect(text((await reader.read()).value)).toBe('four');
    expect((await reader.read()).done).toBe(true);
  });

  it('keeps the newest bytes while nobody reads, and never holds the machine up', async () => {
    const console = new Console(() => {});
    for (let i = 0; i < 100; i++) console.print(new Uint8Array(KIB).fill(i));
    expect(console.congested).toBe(false);
    const { value } = await console.output.getReader().read();
    expect(value?.length).toBe(64 * KIB);
    expect(value?.[0]).toBe(36);
    expect(value?.at(-1)).toBe(99);
  });

  it('holds the machine up for a reader that is behind', async () => {
    let woken = 0;
    const console = new Console(() => {
      woken++;
    });
    const reader = console.output.getReader();
    await Promise.resolve();
    console.print(new Uint8Array(100 * KIB));
    expect(console.congested).toBe(true);
    const before = woken;
    expect((await reader.read()).value?.length).toBe(100 * KIB);
    expect(console.congested).toBe(false);
    expect(woken).toBeGreaterThan(before);
  });

  it('is there for one who comes after the end, and ends as well', async () => {
    const console = new Console(() => {});
    console.print(bytes('last words'));
    console.close();
    const reader = console.output.getReader();
    expect(text((await reader.read()).value)).toBe('last words');
    expect((await reader.read()).done).toBe(true);
    const silent = new Console(() => {});
    silent.close();
    expect((await silent.output.getReader().read()).done).toBe(true);
  });

  it('goes on after its reader has gone', async () => {
    const console = new Console(() => {});
    await console.output.cancel();
    console.print(new Uint8Array(100 * KIB));
    expect(console.congested).toBe(false);
    console.close();
  });
});

describe("the console's input", () => {
  it('is written when the guest has taken it, in as many pieces as it likes', async () => {
    const console = new Console(() => {});
    const writer = console.input.getWriter();
    let done = false;
    const written = writer.write(bytes('hello')).then(() => {
      done = true;
    });
    await Promise.resolve();
    let taken = '';
    const takeTwo = (offered: Uint8Array) => {
      taken += text(offered.subarray(0, 2));
      return Math.min(2, offered.length);
    };
    console.type(takeTwo);
    console.type(takeTwo);
    await Promise.resolve();
    expect([taken, done]).toEqual(['hell', false]);
    console.type(takeTwo);
    await written;
    expect(taken).toBe('hello');
  });

  it('does not wait for a machine that has ended', async () => {
    const console = new Console(() => {});
    const writer = console.input.getWriter();
    const written = writer.write(bytes('hello'));
    await Promise.resolve();
    console.close();
    await written;
  });
});
