import { setTimeout } from 'node:timers/promises';
import { Host } from 'hartwood';
import { BOOT_MS, MEMORY } from '../machines/machine.js';
import type { Booted } from './measurement.js';

/** The most that a host can have, but for a little. */
export const WHOLE_HOST = '4000M';
/** The kernel still has work when the guest is ready. */
const SETTLE_MS = 2000;

/** Boots the default guest, and waits until it idles. */
export async function bootIdle(memory = WHOLE_HOST): Promise<Booted> {
  const host = await Host.create({ memory });
  try {
    const vm = await host.create({ guest: 'debian', memory: MEMORY });
    await vm.start();
    await vm.ready({ timeout: BOOT_MS });
    // Whoever is forked has answered before: the agent and its shell are in memory.
    await vm.exec('true', { timeout: BOOT_MS });
    await setTimeout(SETTLE_MS);
    return { host, vm, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}
