import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import { nodePlatform } from '../../src/node/platform.js';
import type { Host } from '../../src/vm/host.js';
import { newHost, startGuest } from './guest.js';

const MEMORY = 112 * 2 ** 20;

/** All that is to repeat: what was printed and answered, counted, and left in memory. */
interface Story {
  readonly console: string;
  readonly answers: readonly string[];
  readonly steps: number;
  readonly instructions: number;
  readonly guestSeconds: number;
  readonly memory: string;
}

/** Boots, runs some commands, stops. */
async function tell(host: Host, cpus: number): Promise<Story> {
  const { vm, text, log, ended } = await startGuest(host, {
    memory: MEMORY,
    cpus,
    clock: 'virtual',
    seed: 42,
  });
  const answers: string[] = [];
  for (const command of [
    'date; cat /proc/uptime; nproc',
    'head -c 16 /dev/urandom | md5sum',
    'for i in 1 2 3 4 5 6; do (sleep 0.$i; head -c 100000 /dev/urandom | md5sum) & done; wait',
  ]) {
    answers.push((await vm.exec(command)).stdout);
  }
  await vm.stop();
  await ended;
  const { steps, instructions, guestSeconds } = await vm.summary();
  const memory = createHash('sha256').update(vm.ram.read(RAM_BASE, MEMORY)).digest('hex');
  await vm[Symbol.asyncDispose]();
  return { console: log() + text(), answers, steps, instructions, guestSeconds, memory };
}

/** Turns of the event loop that take their time, now and then. */
function slowTurns() {
  let turn = 0;
  return async () => {
    turn++;
    if (turn % 7 === 0) await new Promise((resolve) => setTimeout(resolve, turn % 5));
    else await nodePlatform.yieldToEvents();
  };
}

describe('virtual time', () => {
  it('repeats bit for bit, alone or interleaved on one host, however slow the host is', async () => {
    const quiet = await newHost('256M');
    const one = await tell(quiet, 1);
    const four = await tell(quiet, 4);
    await quiet[Symbol.asyncDispose]();
    expect(one.answers[0]).toMatch(/2024/);
    expect(one.answers[0]).toMatch(/\n1\n$/);
    expect(four.answers[0]).toMatch(/\n4\n$/);
    expect(one.console).toContain('Linux version');

    const busy = await newHost('512M', { yieldToEvents: slowTurns() });
    const [oneAgain, fourAgain] = await Promise.all([tell(busy, 1), tell(busy, 4)]);
    await busy[Symbol.asyncDispose]();
    expect(oneAgain).toEqual(one);
    expect(fourAgain).toEqual(four);
  });
});
