import type { Engine } from '../core/engine.js';
import { ConfigurationError } from '../core/errors.js';
import { wasmEngine } from '../core/wasm-engine.js';

/** Engines that need nothing but the compiled core. */
export const WASM_ENGINES = ['wasm', 'wasm-interpreter'] as const;

/** The core as users get it. */
export const DEFAULT_ENGINE = 'wasm';

/** Whether the compiled core is all that this engine needs. */
export const isWasmEngine = (name: string): boolean =>
  (WASM_ENGINES as readonly string[]).includes(name);

/** @throws ConfigurationError unless `name` is one of WASM_ENGINES. */
export async function wasmEngineNamed(
  name: string,
  coreModule: () => Promise<WebAssembly.Module>,
): Promise<Engine> {
  if (!isWasmEngine(name)) throw unknownEngine(name, WASM_ENGINES);
  return wasmEngine(await coreModule(), name);
}

export function unknownEngine(name: string, known: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `there is no engine '${name}': the engines are ${known.join(', ')}`,
  );
}
