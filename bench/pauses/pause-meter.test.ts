import { expect, test } from 'vitest';
import { PauseMeter } from './pause-meter.js';

/** A module of nothing. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const BLOCKED_MS = 80;

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

function block(): void {
  for (const began = performance.now(); performance.now() - began < BLOCKED_MS; );
}

test('work that keeps the event loop waiting is seen, and that none of it was compiling', async () => {
  using meter = new PauseMeter();
  const pauses = await meter.watch(async () => {
    block();
    await turn();
  });
  expect(pauses.longest).toBeGreaterThan(BLOCKED_MS * 0.9);
  expect(pauses).toMatchObject({ compiling: 0, modules: 0 });
});

/** Compiles and instantiates modules; the milliseconds that it took. */
function compile(modules: number): number {
  const began = performance.now();
  for (let i = 0; i < modules; i++) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(EMPTY));
    if (!(instance instanceof WebAssembly.Instance)) throw new TypeError('no instance');
  }
  return performance.now() - began;
}

test('what is compiled in one turn counts together, and as a part of the pause', async () => {
  using meter = new PauseMeter();
  const spent: number[] = [];
  const pauses = await meter.watch(async () => {
    spent.push(compile(1000) + compile(1000));
    await turn();
    spent.push(compile(1000));
  });
  const most = Math.max(...spent);
  expect(pauses.modules).toBe(3000);
  expect(pauses.compiling).toBeGreaterThan(most / 3);
  expect(pauses.compiling).toBeLessThan(most);
  expect(pauses.longest).toBeGreaterThan(pauses.compiling);
});

test('what does not compile is thrown on, and the constructors are as before in the end', async () => {
  const before = WebAssembly.Module;
  {
    using meter = new PauseMeter();
    const compile = async () => new WebAssembly.Module(Uint8Array.of(1));
    await expect(meter.watch(compile)).rejects.toThrow(WebAssembly.CompileError);
    expect(WebAssembly.Module).not.toBe(before);
  }
  expect(WebAssembly.Module).toBe(before);
});
