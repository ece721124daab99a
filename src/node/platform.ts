import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Engine } from '../core/engine.js';
import { InternalError } from '../core/errors.js';
import type { Translation } from '../core/translate/translation.js';
import { checkTranslates, unknownEngine, WASM_ENGINES, wasmEngineNamed } from '../vm/engines.js';
import type { Platform } from '../vm/platform.js';

let compiled: Promise<WebAssembly.Module> | undefined;

async function loadCore(): Promise<WebAssembly.Module> {
  let path = 'core.wasm';
  try {
    // Through the package's own name: this file stands elsewhere once it is compiled.
    path = createRequire(import.meta.url).resolve('hartwood/core.wasm');
    return await WebAssembly.compile(await readFile(path));
  } catch (cause) {
    // Whoever asks again, perhaps after a build, loads it anew.
    compiled = undefined;
    throw new InternalError(`${path} cannot be loaded (${cause}); 'npm run build' makes it`, {
      cause,
    });
  }
}

function coreModule(): Promise<WebAssembly.Module> {
  compiled ??= loadCore();
  return compiled;
}

/** Hypervisor core in plain TypeScript, which the compiled one is measured against (bench/baseline). */
const BASELINE = 'ts';

/** The engines there are in Node, by name. */
export const ENGINES: readonly string[] = [...WASM_ENGINES, BASELINE];

async function engineOfCore(name: string, translate?: boolean | Translation): Promise<Engine> {
  if (!ENGINES.includes(name)) throw unknownEngine(name, ENGINES);
  return wasmEngineNamed(name, coreModule, translate);
}

async function baselineEngine(translate?: boolean | Translation): Promise<Engine> {
  checkTranslates(BASELINE, translate);
  const path = createRequire(import.meta.url).resolve('hartwood/baseline');
  const { tsEngine } = (await import(pathToFileURL(path).href)) as { tsEngine: Engine };
  return tsEngine;
}

/** Node, as the host layer needs it. */
export const nodePlatform: Platform = {
  engine: (name, translate) =>
    name === BASELINE ? baselineEngine(translate) : engineOfCore(name, translate),
  // Loaded when it is needed: archives and signatures are a large part of all code.
  debian: async (options) => (await import('./guest-store.js')).debianGuest(options),
  yieldToEvents: () => new Promise((resolve) => setImmediate(resolve)),
};
