import { InternalError } from '../core/errors.js';
import type { Platform } from '../vm/platform.js';

let compiled: Promise<WebAssembly.Module> | undefined;

async function loadCore(): Promise<WebAssembly.Module> {
  // Written so that bundlers see it: they copy the file and put its new address here.
  const response = await fetch(new URL('../../../build/core.wasm', import.meta.url));
  if (!response.ok) throw new InternalError(`${response.url} cannot be loaded: ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Messages to oneself: unlike timers, browsers do not delay them. */
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** A browser's page or worker, as the host layer needs it. */
export const browserPlatform: Platform = {
  coreModule: () => {
    compiled ??= loadCore();
    return compiled;
  },
  yieldToEvents: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(undefined);
    }),
};
