import { instantiateSync } from '@assemblyscript/loader';
import type { CoreExports } from '../abi.js';
import type { TranslatorExports } from './exports.js';
import type { RegionImports } from './linking.js';

/** Functions that the table has room for at first. */
const FIRST_SIZE = 1024;

/** Where regions find the core's `regionSlow` (assembly/jit/system.ts). */
const SLOW_PLACE = 1;

/** All that the compiled core exports. */
export type WasmExports = CoreExports & TranslatorExports;

/**
 * A function table, the core instance bound to it, and the modules whose functions stand in it. V8 never frees
 * a module that imports a table which lives on, and frees all modules of a table that does not: so a generation is
 * dropped as a whole.
 */
export class Generation {
  readonly core: WasmExports;
  readonly imports: RegionImports;
  /** Modules that were linked. */
  modules = 0;
  /** Where the next region's function is to stand. */
  next = SLOW_PLACE + 1;

  // The loader's asynchronous way would load Node's fetch, to see whether a module is a response.
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: FIRST_SIZE });
    const { instance } = instantiateSync<Record<string, unknown>>(module, {
      env: { memory, table },
    });
    // Not the loader's own `exports`: each call would pass through a function of its.
    this.core = instance.exports as unknown as WasmExports;
    this.imports = { env: { memory, table } };
    table.set(SLOW_PLACE, this.core.regionSlow);
  }

  /** Makes room for `count` more functions; false if the platform has none. */
  reserve(count: number): boolean {
    const { table } = this.imports.env;
    const missing = this.next + count - table.length;
    if (missing <= 0) return true;
    try {
      table.grow(Math.max(missing, table.length));
      return true;
    } catch {
      return false;
    }
  }

  /** A module with `count` functions was linked. */
  add(count: number): void {
    this.next += count;
    this.modules++;
  }
}
