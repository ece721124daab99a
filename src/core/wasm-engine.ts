import { INITIAL_PAGES, MAXIMUM_PAGES } from './abi.js';
import type { Engine, EngineInstance } from './engine.js';
import { Generation } from './translate/generation.js';
import type { ResolvedTranslation } from './translate/translation.js';
import { Translator } from './translate/translator.js';

/** The compiled core on a memory of its own. */
function instantiate(
  module: WebAssembly.Module,
  translation: ResolvedTranslation | undefined,
): EngineInstance {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES });
  const first = new Generation(module, memory);
  // Holders of this object must not keep a core that was replaced: its functions are exchanged in it.
  const exports = { ...first.core };
  const renew = () => {
    const next = new Generation(module, memory);
    Object.assign(exports, next.core);
    return next;
  };
  if (translation === undefined) return { memory, exports, rebind: () => void renew() };
  const renewTranslated = () => {
    const next = renew();
    exports.vmRun = run;
    return next;
  };
  const translator = new Translator(translation, first, renewTranslated);
  const run = translator.run.bind(translator);
  exports.vmRun = run;
  return { memory, exports, rebind: () => translator.retire(), translator };
}

/**
 * The compiled core.
 *
 * @param name says what it may do: 'wasm' all, 'wasm-interpreter' interpret
 * @param translation how it translates hot code; without, all is interpreted
 */
export function wasmEngine(
  module: WebAssembly.Module,
  name = 'wasm',
  translation?: ResolvedTranslation,
): Engine {
  const start = () => instantiate(module, translation);
  return { name, debugs: true, forks: true, lacks: [], instantiate: start };
}
