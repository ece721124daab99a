import { expect, test, vi } from 'vitest';
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

function compile(modules: number): void {
  for (let i = 0; i < modules; i++) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(EMPTY));
    if (!(instance instanceof WebAssembly.Instance)) throw new TypeError('no instance');
  }
}

test('what is compiled in one turn counts together, and as a part of the pause', async () => {
  using meter = new PauseMeter();
  // Each of the host's looks at its clock takes a millisecond: a constructor, which looks before and behind, one.
  let time = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => time++);
  const pauses = await meter
    .watch(async () => {
      compile(10);
      compile(15);
      await turn();
      compile(20);
    })
    .finally(() => clock.mockRestore());
  expect(pauses.modules).toBe(45);
  expect(pauses.compiling).toBe(2 * 25);
  expect(pauses.longest).toBeGreaterThan(0);
});

test('a pause holds what compiles in it', async () => {
  using meter = new PauseMeter();
  const pauses = await meter.watch(async () => compile(2000));
  expect(pauses.modules).toBe(2000);
  expect(pauses.compiling).toBeGreaterThan(0);
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
