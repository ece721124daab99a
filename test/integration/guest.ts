import type { GuestImage } from '../../src/guest/image.js';
import { debianGuest } from '../../src/node/guest-store.js';
import { nodePlatform } from '../../src/node/platform.js';
import { DEFAULT_ENGINE } from '../../src/vm/engines.js';
import { Host } from '../../src/vm/host.js';
import type { Platform } from '../../src/vm/platform.js';
import type { VmSpec } from '../../src/vm/spec.js';
import type { Vm } from '../../src/vm/vm.js';
import { testedTranslate } from '../tested-translation.js';

let image: Promise<GuestImage> | undefined;

/** The default guest, fetched once. */
export function guestImage(): Promise<GuestImage> {
  image ??= debianGuest();
  return image;
}

/**
 * A host on Node, or a platform that differs from it; on the engine that HARTWOOD_TEST_ENGINE names, else on
 * the core as built, which translates as HARTWOOD_TEST_TRANSLATE says.
 */
export function newHost(memory: string, platform: Partial<Platform> = {}): Promise<Host> {
  const engine = process.env.HARTWOOD_TEST_ENGINE ?? DEFAULT_ENGINE;
  const translate = engine === DEFAULT_ENGINE ? testedTranslate() : undefined;
  const options = { memory, engine, ...(translate === undefined ? {} : { translate }) };
  return Host.createOn({ ...nodePlatform, debian: guestImage, ...platform }, options);
}

/** A VM with all that it prints. */
export interface Printing {
  readonly vm: Vm;
  /** What the console has shown so far. */
  readonly text: () => string;
  /** What the kernel has said so far, on the UART. */
  readonly log: () => string;
  /** Resolves when the console has ended. */
  readonly ended: Promise<void>;
}

/** A default guest, started. */
export async function startGuest(host: Host, spec: Partial<VmSpec> = {}): Promise<Printing> {
  const vm = await host.create({ guest: 'debian', ...spec });
  const printed = { text: '', log: '' };
  const collect = async (what: 'text' | 'log', output: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of output) printed[what] += decoder.decode(bytes, { stream: true });
  };
  const { console, serial } = vm;
  const reading = [collect('text', console.output)];
  if (serial !== console) reading.push(collect('log', serial.output));
  await vm.start();
  return {
    vm,
    text: () => printed.text,
    log: () => (serial === console ? printed.text : printed.log),
    ended: Promise.all(reading).then(() => {}),
  };
}
