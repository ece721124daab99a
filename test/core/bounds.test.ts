import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { INITIAL_PAGES, LayoutValue, PAGE_SIZE } from '../../src/core/abi.js';
import { coreModule, Machine, newCore } from './machine.js';
import { OFF } from './program-parts.js';

const KIB = 1024;

describe('the core', () => {
  it('imports its memory, its table if it calls through one, and nothing else', async () => {
    const names = WebAssembly.Module.imports(await coreModule()).map(({ name }) => name);
    expect(names).toContain('memory');
    expect(names.filter((name) => name !== 'memory' && name !== 'table')).toEqual([]);
  });

  it('has no start function or mutable export that would keep state outside of memory', async () => {
    const exports = WebAssembly.Module.exports(await coreModule());
    expect(exports.filter(({ kind }) => kind !== 'function')).toEqual([]);
  });

  it('is smaller than 300 KB', async () => {
    const { size } = await stat(new URL('../../build/core.wasm', import.meta.url));
    expect(size).toBeLessThan(300 * KIB);
  });
});

describe('memory', () => {
  it('of a VM is at most 96 KiB and 64 KiB a hart, all told', async () => {
    const core = await newCore();
    expect(core.layout(LayoutValue.VmFrames) * PAGE_SIZE).toBeLessThanOrEqual(96 * KIB);
    expect(core.layout(LayoutValue.HartFrames) * PAGE_SIZE).toBeLessThanOrEqual(64 * KIB);
    for (const harts of [1, 2, 8, core.layout(LayoutValue.MaxHarts)]) {
      const before = core.framesUsed();
      const vm = core.createVm(2 ** 31, harts, 0n, 0);
      const used = (core.framesUsed() - before) * PAGE_SIZE;
      expect(used).toBeLessThanOrEqual((96 + 64 * harts) * KIB);
      core.exports.vmDestroy(vm);
    }
  });

  it('of guests is taken by the pages they write, and one frame for each 2 MiB of map', async () => {
    const machine = await Machine.create(`
      li s0, 0x80200000
      li s1, 100
      li s2, 4096
1:    sd s0, 0(s0)
      add s0, s0, s2
      addi s1, s1, -1
      bnez s1, 1b
      ${OFF}`);
    machine.finish();
    // The program's page and its map; a hundred pages and their map.
    expect(machine.core.exports.vmFramesOwned(machine.vm)).toBe(103);
  });

  it('of the pools is bounded and reserved once, below the first frame', async () => {
    const core = await newCore();
    const pool = core.layout(LayoutValue.CodePoolBytes);
    expect(pool).toBeLessThanOrEqual(40 << 20);
    expect(pool).toBeLessThan(core.layout(LayoutValue.FirstFrame) * PAGE_SIZE);
    expect(INITIAL_PAGES * 65_536).toBeGreaterThanOrEqual(
      core.layout(LayoutValue.FirstFrame) * PAGE_SIZE,
    );
  });

  it('is not committed before it is used', async () => {
    const core = await newCore(2 ** 31);
    const vm = core.createVm(2 ** 31, 8, 0n, 0);
    expect(core.memory.buffer.byteLength).toBeLessThan(100 << 20);
    core.exports.vmDestroy(vm);
  });
});
