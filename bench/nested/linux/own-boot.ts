import type { VmSpec } from '../../../src/index.js';
import { Host } from '../../../src/node/door.js';
import { BOOT_MS } from '../../machines/machine.js';
import { PROMPT } from './l2.js';

/** How much of a console an error quotes. */
const LAST_WORDS = 300;

/** What a boot took, from the start to the prompt. */
export interface OwnBoot {
  readonly seconds: number;
  readonly instructions: number;
}

/**
 * Boots the default guest on Hartwood itself, with the kernel, the hardware and the memory that L2 has.
 *
 * @throws Error with the console's last lines if no prompt comes
 */
export async function bootOwn(
  engine: string,
  clock: NonNullable<VmSpec['clock']>,
): Promise<OwnBoot> {
  await using host = await Host.create({ memory: '300M', engine });
  const spec = { memory: '256M', cpu: 'rv64,h=on', clock } as const;
  const vm = await host.create({ guest: 'debian', ...spec });
  const began = performance.now();
  await vm.start();
  // Virtual time passes in an idle guest only while somebody waits for it.
  vm.ready({ timeout: BOOT_MS }).catch(() => {});
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of vm.console.output) {
    text += decoder.decode(bytes, { stream: true });
    if (!text.includes(PROMPT)) continue;
    const seconds = (performance.now() - began) / 1000;
    return { seconds, instructions: Number(vm.counts.instructions) };
  }
  throw new Error(`the guest ended: ${text.slice(-LAST_WORDS)}`);
}
