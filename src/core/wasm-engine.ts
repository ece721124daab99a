import { instantiateSync } from '@assemblyscript/loader';
import { type CoreExports, INITIAL_PAGES, MAXIMUM_PAGES } from './abi.js';
import type { Engine, EngineInstance } from './engine.js';

/** The translator's slots come later; the core itself needs a handful. */
const TABLE_SIZE = 1024;

// The loader's asynchronous way would load Node's fetch, to see whether a module is a response.
function bind(module: WebAssembly.Module, memory: WebAssembly.Memory): EngineInstance {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_SIZE });
  const { instance } = instantiateSync<Record<string, unknown>>(module, { env: { memory, table } });
  // Not the loader's own `exports`: each call would pass through a function of its.
  return { memory, exports: instance.exports as unknown as CoreExports };
}

/** The compiled core, under the name that says what it may do: 'wasm' all, 'wasm-interpreter' interpret. */
export function wasmEngine(module: WebAssembly.Module, name = 'wasm'): Engine {
  return {
    name,
    debugs: true,
    lacks: [],
    instantiate: () =>
      bind(module, new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES })),
    rebind: ({ memory }) => bind(module, memory as WebAssembly.Memory),
  };
}
