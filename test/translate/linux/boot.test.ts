import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../../src/core/abi.js';
import type { Translation } from '../../../src/core/translate/translation.js';
import { nodePlatform } from '../../../src/node/platform.js';
import { Host } from '../../../src/vm/host.js';
import { guestImage } from '../../integration/guest.js';

const MEMORY = 112 * 2 ** 20;
const COMMAND =
  'date; cat /proc/uptime; head -c 16 /dev/urandom | md5sum; for i in 1 2 3; do (sleep 0.$i; md5sum /bin/busybox) & done; wait';

/** What has to be the same however code was translated. */
interface Story {
  readonly stepsToReady: bigint;
  readonly answer: string;
  readonly steps: number;
  readonly instructions: number;
  readonly guestSeconds: number;
  readonly memory: string;
}

/** Boots Linux in virtual time, runs commands, stops; and the share of the steps in regions. */
async function boot(cpus: number, translate: boolean | Translation): Promise<[Story, number]> {
  await using host = await Host.createOn(
    { ...nodePlatform, debian: guestImage },
    { memory: '256M', engine: 'wasm', translate },
  );
  const vm = await host.create({
    guest: 'debian',
    memory: MEMORY,
    cpus,
    clock: 'virtual',
    seed: 42n,
  });
  await vm.start();
  await vm.ready();
  const stepsToReady = vm.counts.steps;
  const answer = (await vm.exec(COMMAND)).stdout;
  await vm.stop();
  const { steps, instructions, guestSeconds } = await vm.summary();
  const memory = createHash('sha256').update(vm.ram.read(RAM_BASE, MEMORY)).digest('hex');
  const share = vm.counts.harts.regionSteps / steps;
  return [{ stepsToReady, answer, steps, instructions, guestSeconds, memory }, share];
}

const WAYS: readonly (readonly [string, Translation, number])[] = [
  ['as users get it', {}, 0.8],
  ['compiled in other threads', { asynchronous: true }, 0.3],
  ['without tail calls', { tailCalls: false }, 0.8],
  ['early and eagerly', { threshold: 8, eager: true }, 0.8],
];

describe.each([
  [1, WAYS],
  [2, WAYS.slice(0, 2)],
  [8, WAYS.slice(0, 1)],
])('Linux with %i harts', (cpus, ways) => {
  it('takes the same steps to its prompt, and leaves the same memory, translated and interpreted', async () => {
    const [interpreted, none] = await boot(cpus, false);
    expect(none).toBe(0);
    expect(interpreted.answer).toMatch(/2024/);
    for (const [name, translation, least] of ways) {
      const [translated, share] = await boot(cpus, translation);
      expect(translated, name).toEqual(interpreted);
      expect(share, name).toBeGreaterThan(least);
    }
  });
});
