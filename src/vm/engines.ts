import type { Engine } from '../core/engine.js';
import { ConfigurationError } from '../core/errors.js';
import { resolveTranslation, type Translation } from '../core/translate/translation.js';
import { wasmEngine } from '../core/wasm-engine.js';

/** Engines that need nothing but the compiled core. */
export const WASM_ENGINES = ['wasm', 'wasm-interpreter'] as const;

/** The core as users get it. */
export const DEFAULT_ENGINE = 'wasm';

/** Whether the compiled core is all that this engine needs. */
export const isWasmEngine = (name: string): boolean =>
  (WASM_ENGINES as readonly string[]).includes(name);

/** @throws ConfigurationError unless `name` is one of WASM_ENGINES, and for a translation that cannot be right. */
export async function wasmEngineNamed(
  name: string,
  coreModule: () => Promise<WebAssembly.Module>,
  translate?: boolean | Translation,
): Promise<Engine> {
  if (!isWasmEngine(name)) throw unknownEngine(name, WASM_ENGINES);
  checkTranslates(name, translate);
  const translation = name === DEFAULT_ENGINE ? resolveTranslation(translate) : undefined;
  return wasmEngine(await coreModule(), name, translation);
}

/** @throws ConfigurationError if translation is asked for on an engine that does not translate. */
export function checkTranslates(name: string, translate: boolean | Translation | undefined): void {
  if (translate === undefined || translate === false || name === DEFAULT_ENGINE) return;
  throw new ConfigurationError(
    `the engine '${name}' does not translate; right would be the engine '${DEFAULT_ENGINE}'`,
  );
}

export function unknownEngine(name: string, known: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `there is no engine '${name}': the engines are ${known.join(', ')}`,
  );
}
