import { InternalError } from '../core/errors.js';
import { wasmEngineNamed } from '../vm/engines.js';
import type { Platform } from '../vm/platform.js';

let compiled: Promise<WebAssembly.Module> | undefined;

async function loadCore(): Promise<WebAssembly.Module> {
  // Written so that bundlers see it: they copy the file and put its new address here.
  const url = new URL('../../../build/core.wasm', import.meta.url);
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    // A network comes back: whoever asks again loads it anew.
    compiled = undefined;
    throw new InternalError(`${url} cannot be loaded (${cause}); it must be served`, { cause });
  }
}

function coreModule(): Promise<WebAssembly.Module> {
  compiled ??= loadCore();
  return compiled;
}

/** Messages to oneself: unlike timers, browsers do not delay them. */
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** A browser's page or worker, as the host layer needs it. */
export const browserPlatform: Platform = {
  engine: (name, translate) => wasmEngineNamed(name, coreModule, translate),
  yieldToEvents: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(undefined);
    }),
};
