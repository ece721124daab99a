import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { InternalError } from '../core/errors.js';
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

/** Node, as the host layer needs it. */
export const nodePlatform: Platform = {
  coreModule: () => {
    compiled ??= loadCore();
    return compiled;
  },
  // Loaded when it is needed: archives and signatures are a large part of all code.
  debian: async (options) => (await import('./guest-store.js')).debianGuest(options),
  yieldToEvents: () => new Promise((resolve) => setImmediate(resolve)),
};
