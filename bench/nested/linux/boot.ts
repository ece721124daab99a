import type { AgentConnection } from '../../../src/index.js';
import { attempt } from '../../attempt.js';
import type { Benchmark } from '../../benchmark.js';
import { rowOf } from '../../row.js';
import { startInPeer, startOwn } from './hypervisors.js';
import { bootL2 } from './l2.js';

const GROUP = 'nested';
const NAME = 'l2-boot';
/** A boot takes seconds. */
const RUNS = 3;

/**
 * `nested/l2-boot`: seconds from the command that starts Debian in Debian, by KVM, to its shell's prompt; QEMU runs the
 * outer one as its translated guest.
 */
export const l2BootBenchmark: Benchmark = {
  group: GROUP,
  name: NAME,
  long: true,
  async run(_extent, sink) {
    const subject = { group: GROUP, name: NAME };
    const measure = async (engine: string, agent: Pick<AgentConnection, 'spawn'>) => {
      const samples: number[] = [];
      while (samples.length < RUNS) {
        const began = performance.now();
        await bootL2(agent, () => samples.push((performance.now() - began) / 1000));
      }
      sink.row(rowOf({ ...subject, engine, unit: 's', better: 'lower' }, samples));
    };
    await attempt({ ...subject, engine: 'wasm' }, sink, async () => {
      await using l1 = await startOwn('wasm', 'real');
      await measure('wasm', l1.machine);
    });
    await attempt({ ...subject, engine: 'qemu' }, sink, async () => {
      await using l1 = await startInPeer();
      await measure('qemu', l1.machine.agent);
    });
  },
};
