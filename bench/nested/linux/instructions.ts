import { Host } from '../../../src/node/door.js';
import { firstVirtualStep } from '../../../test/nested/linux/first-step.js';
import { attempt } from '../../attempt.js';
import type { Benchmark } from '../../benchmark.js';
import { BOOT_MS } from '../../machines/machine.js';
import { rowOf } from '../../row.js';
import { startOwn } from './hypervisors.js';
import { bootL2, PROMPT } from './l2.js';

const GROUP = 'nested';
const NAME = 'l2-instructions';
const ENGINE = 'wasm';
/** How much of a console an error quotes. */
const LAST_WORDS = 300;

/**
 * `nested/l2-instructions`: what L1 and L2 retire together from L2's first instruction to its prompt, as a
 * multiple of what the same kernel and initramfs take to boot on Hartwood itself; under a virtual clock, so
 * that one run is like another.
 */
export const l2InstructionsBenchmark: Benchmark = {
  group: GROUP,
  name: NAME,
  long: true,
  async run(_extent, sink) {
    const subject = { group: GROUP, name: NAME, engine: ENGINE };
    await attempt(subject, sink, async () => {
      const unit = '× own boot';
      const ratio = (await inside()) / (await outside());
      sink.row(rowOf({ ...subject, unit, better: 'lower' }, [ratio]));
    });
  },
};

/** Instructions of L2's boot, with L1's for it. */
async function inside(): Promise<number> {
  await using l1 = await startOwn(ENGINE, 'virtual');
  const vm = l1.machine;
  const first = firstVirtualStep(vm);
  let atPrompt = 0n;
  await bootL2(vm, () => {
    atPrompt = vm.counts.instructions;
  });
  return Number(atPrompt - (await first));
}

/** Instructions of the default guest's boot, with the hardware and the memory that L2 has. */
async function outside(): Promise<number> {
  await using host = await Host.create({ memory: '300M', engine: ENGINE });
  const spec = { memory: '256M', cpu: 'rv64,h=on', clock: 'virtual' } as const;
  const vm = await host.create({ guest: 'debian', ...spec });
  await vm.start();
  // Virtual time passes in an idle guest only while somebody waits for it.
  vm.ready({ timeout: BOOT_MS }).catch(() => {});
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of vm.console.output) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes(PROMPT)) return Number(vm.counts.instructions);
  }
  throw new Error(`the guest ended: ${text.slice(-LAST_WORDS)}`);
}
