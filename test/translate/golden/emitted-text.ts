import { RAM_BASE } from '../../../src/core/abi.js';
import { Core } from '../../../src/core/core.js';
import { DebugError } from '../../../src/core/errors.js';
import { type TranslatorExports, TranslatorSetting } from '../../../src/core/translate/exports.js';
import { wasmEngine } from '../../../src/core/wasm-engine.js';
import { regionListing } from '../../../src/debug/region-listing.js';
import { readRegion } from '../../../src/vm/region/read-region.js';
import type { Region } from '../../../src/vm/region/region.js';
import { coreModule, Machine } from '../../core/machine.js';
import type { RegionSource } from './region-source.js';

/** Folder of the golden files. */
export const FILES = new URL('files/', import.meta.url);

export const fileOf = (name: string): URL => new URL(`${name}.txt`, FILES);

/** What of the emitted text depends on: not the defaults, which are tuned. */
const SETTINGS = [
  [TranslatorSetting.TailCalls, 1],
  [TranslatorSetting.RegionInstructions, 512],
  [TranslatorSetting.BufferBytes, 1 << 20],
] as const;

let shared: Promise<Core> | undefined;

/** Whatever engine tests run on: the text is the translator's. */
async function newCore(): Promise<Core> {
  const core = await Core.create(wasmEngine(await coreModule()), 64 << 20);
  const { translatorSet } = core.exports as Partial<TranslatorExports>;
  for (const [which, value] of SETTINGS) translatorSet?.(which, value);
  return core;
}

/** What the source's entry becomes, or why it is no region. */
export async function emittedRegion(source: RegionSource): Promise<Region | string> {
  shared ??= newCore();
  const core = await shared;
  const { program, entry, cpu, run } = source;
  const machine = await Machine.create(program, {
    core,
    memory: 1 << 20,
    ...(cpu === undefined ? {} : { cpu }),
  });
  if (run !== undefined) machine.run(run);
  const address = entry === undefined ? RAM_BASE : machine.at(entry);
  const read = (at: bigint, length: number) => machine.ram.read(at, length);
  try {
    return readRegion(core, machine.vm, 0, address, read, { eager: run === undefined });
  } catch (error) {
    if (!(error instanceof DebugError)) throw error;
    return error.message;
  } finally {
    core.exports.vmDestroy(machine.vm);
  }
}

/** What a golden file has to have. */
export async function emittedText(source: RegionSource): Promise<string> {
  const region = await emittedRegion(source);
  if (typeof region === 'string') return `${region}\n`;
  const shown = region.parts.filter(
    (part, n) => source.whole || n === 0 || part.instruction !== undefined,
  );
  return regionListing({ ...region, parts: shown });
}
