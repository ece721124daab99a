import { firstVirtualStep } from '../../../test/nested/linux/first-step.js';
import { attempt } from '../../attempt.js';
import type { Benchmark } from '../../benchmark.js';
import { rowOf } from '../../row.js';
import { startOwn } from './hypervisors.js';
import { bootL2 } from './l2.js';
import { bootOwn } from './own-boot.js';

const GROUP = 'nested';
const NAME = 'l2-instructions';
const ENGINE = 'wasm';

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
      const ratio = (await inside()) / (await bootOwn(ENGINE, 'virtual')).instructions;
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
