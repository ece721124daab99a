import { RAM_BASE } from '../../../src/core/abi.js';
import { Core } from '../../../src/core/core.js';
import { DebugError } from '../../../src/core/errors.js';
import { wasmEngine } from '../../../src/core/wasm-engine.js';
import { regionListing } from '../../../src/debug/region-listing.js';
import { readRegion } from '../../../src/vm/region/read-region.js';
import { coreModule, Machine } from '../../core/machine.js';
import type { RegionSource } from './region-source.js';

/** Folder of the golden files. */
export const FILES = new URL('files/', import.meta.url);

export const fileOf = (name: string): URL => new URL(`${name}.txt`, FILES);

/** What a golden file has to have: the region's listing, or why there is none. */
export async function emittedText(source: RegionSource): Promise<string> {
  // Whatever engine tests run on: the text is the translator's.
  const core = await Core.create(wasmEngine(await coreModule()), 64 << 20);
  const { program, entry, cpu, run } = source;
  const machine = await Machine.create(program, {
    core,
    memory: 1 << 20,
    ...(cpu === undefined ? {} : { cpu }),
  });
  if (run !== undefined) machine.run(run);
  const address = entry === undefined ? RAM_BASE : machine.at(entry);
  const read = (at: bigint, length: number) => machine.ram.read(at, length);
  const eager = run === undefined;
  try {
    return regionListing(readRegion(core, machine.vm, 0, address, read, { eager }));
  } catch (error) {
    if (!(error instanceof DebugError)) throw error;
    return `${error.message}\n`;
  }
}
