import type { AgentConnection } from '../../../src/index.js';
import { attempt } from '../../attempt.js';
import type { Benchmark } from '../../benchmark.js';
import { GuestProcess } from '../../guest/guest-process.js';
import { GuestFiles, QEMU } from '../../guest/machines.js';
import { rowOf } from '../../row.js';
import { startInPeer, startOwn } from './hypervisors.js';
import { bootL2 } from './l2.js';
import { bootOwn } from './own-boot.js';

const GROUP = 'nested';
const NAME = 'l2-boot';
/** A boot takes seconds. */
const RUNS = 3;

/**
 * `nested/l2-boot`: seconds from the command that starts Debian in Debian, by KVM, to its shell's prompt; and
 * `nested/l2-boot-time`, that as a multiple of what the same guest takes to boot on the same engine itself. QEMU
 * runs the outer one as its translated guest.
 */
export const l2BootBenchmark: Benchmark = {
  group: GROUP,
  name: NAME,
  long: true,
  async run(_extent, sink) {
    const measure = async (
      engine: string,
      agent: Pick<AgentConnection, 'spawn'>,
      own: () => Promise<number>,
    ) => {
      const seconds: number[] = [];
      const ratios: number[] = [];
      while (ratios.length < RUNS) {
        const beside = await own();
        const began = performance.now();
        let took = 0;
        await bootL2(agent, () => {
          took = (performance.now() - began) / 1000;
        });
        seconds.push(took);
        ratios.push(took / beside);
      }
      const subject = { group: GROUP, engine, better: 'lower' } as const;
      sink.row(rowOf({ ...subject, name: NAME, unit: 's' }, seconds));
      sink.row(rowOf({ ...subject, name: `${NAME}-time`, unit: '× own boot' }, ratios));
    };
    const subject = { group: GROUP, name: NAME };
    await attempt({ ...subject, engine: 'wasm' }, sink, async () => {
      await using l1 = await startOwn('wasm', 'real');
      await measure('wasm', l1.machine, async () => (await bootOwn('wasm', 'real')).seconds);
    });
    await attempt({ ...subject, engine: 'qemu' }, sink, async () => {
      await using files = new GuestFiles();
      const command = await QEMU.command(files);
      await using l1 = await startInPeer();
      await measure('qemu', l1.machine.agent, async () => {
        await using guest = new GuestProcess(command);
        return await guest.prompt();
      });
    });
  },
};
