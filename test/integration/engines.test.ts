import { describe, expect, it } from 'vitest';
import { nodePlatform } from '../../src/node/platform.js';
import { Host, type HostOptions } from '../../src/vm/host.js';
import type { Platform } from '../../src/vm/platform.js';
import { elfFile } from '../image-maker.js';

/** An endless loop: j . */
const LOOP = { guest: { bare: elfFile(Uint8Array.of(0x6f, 0, 0, 0)) }, memory: '1M' } as const;

/** The compiled core, said to have no debugger. */
const withoutDebugger: Platform = {
  ...nodePlatform,
  engine: async () => ({ ...(await nodePlatform.engine('wasm')), name: 'plain', debugs: false }),
};

describe('an engine', () => {
  it('is chosen by name, and named by the summary', async () => {
    await using host = await Host.createOn(nodePlatform, { engine: 'wasm-interpreter' });
    await using vm = await host.create(LOOP);
    expect((await vm.summary()).engine).toBe('wasm-interpreter');
  });

  it('that there is none of is refused', async () => {
    await expect(Host.createOn(nodePlatform, { engine: 'frob' })).rejects.toThrow(
      "there is no engine 'frob': the engines are wasm, wasm-interpreter, ts",
    );
  });

  it('that lacks an extension of the CPU model refuses the VM', async () => {
    await using host = await Host.createOn(nodePlatform, { engine: 'ts' });
    await expect(host.create({ ...LOOP, cpu: 'rv64,h=on' })).rejects.toThrow(
      "the engine 'ts' has no extension 'h'; right would be the engine 'wasm', or h=off",
    );
    await using vm = await host.create({ ...LOOP, cpu: 'rv64,h=off' });
    expect((await vm.summary()).engine).toBe('ts');
  });

  it('translates hot code if it is the default one, unless that is switched off', async () => {
    const translationOf = async (options: HostOptions) => {
      await using host = await Host.createOn(nodePlatform, options);
      return host.translation;
    };
    expect(await translationOf({})).toMatchObject({ live: 0, unavailable: null });
    expect(await translationOf({ translate: { threshold: 9 } })).toMatchObject({ modules: 0 });
    expect(await translationOf({ translate: false })).toBeUndefined();
    expect(await translationOf({ engine: 'wasm-interpreter' })).toBeUndefined();
    expect(await translationOf({ engine: 'ts', translate: false })).toBeUndefined();
  });

  it.each(['wasm-interpreter', 'ts'])('%s refuses to translate', async (engine) => {
    await expect(Host.createOn(nodePlatform, { engine, translate: true })).rejects.toThrow(
      `the engine '${engine}' does not translate; right would be the engine 'wasm'`,
    );
  });

  it('without a debugger refuses one', async () => {
    await using host = await Host.createOn(withoutDebugger);
    await using vm = await host.create(LOOP);
    expect(() => vm.debugger).toThrow(
      "the engine 'plain' has no breakpoints and steps; debug on 'wasm'",
    );
  });
});
