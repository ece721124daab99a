import type { GuestImage } from '../../src/guest/image.js';
import { debianGuest } from '../../src/node/guest-store.js';
import { nodePlatform } from '../../src/node/platform.js';
import { Host } from '../../src/vm/host.js';
import type { Platform } from '../../src/vm/platform.js';
import type { VmSpec } from '../../src/vm/spec.js';
import type { Vm } from '../../src/vm/vm.js';

let image: Promise<GuestImage> | undefined;

/** The default guest, fetched once. */
export function guestImage(): Promise<GuestImage> {
  image ??= debianGuest();
  return image;
}

/** A host on the core as built, on Node or a platform that differs from it. */
export function newHost(memory: string, platform: Partial<Platform> = {}): Promise<Host> {
  return Host.createOn({ ...nodePlatform, debian: guestImage, ...platform }, { memory });
}

/** A VM with all that it prints. */
export interface Printing {
  readonly vm: Vm;
  /** What was printed so far. */
  readonly text: () => string;
  /** Resolves when the console has ended. */
  readonly ended: Promise<void>;
}

/** A default guest, started. */
export async function startGuest(host: Host, spec: Partial<VmSpec> = {}): Promise<Printing> {
  const vm = await host.create({ guest: 'debian', ...spec });
  let text = '';
  const decoder = new TextDecoder();
  const ended = (async () => {
    for await (const bytes of vm.console.output) text += decoder.decode(bytes, { stream: true });
  })();
  await vm.start();
  return { vm, text: () => text, ended };
}
