import type { Vm } from 'hartwood';
import { bootIdle } from './booted.js';
import type { Measurement } from './measurement.js';

/** How many guests a round has: those promised, and the aim. */
const ROUNDS = [500, 1000] as const;
const TIMEOUT_MS = 120_000;

/** Seconds until each of so many copies in one host has answered a question of its own, and how many of the answers are right. */
export const measureExecRounds: Measurement = async () => {
  await using booted = await bootIdle();
  const { vm } = booted;
  const samples: Record<string, number[]> = {};
  for (const count of ROUNDS) {
    const twins: Vm[] = [];
    while (twins.length < count) twins.push(...(await vm.fork(1, { identity: false })));
    const began = performance.now();
    const answers = await Promise.all(twins.map(ask));
    samples[`exec-round-${count}`] = [(performance.now() - began) / 1000];
    samples[`answers-${count}`] = [answers.filter(Boolean).length];
    await Promise.all(twins.map((twin) => twin[Symbol.asyncDispose]()));
  }
  return samples;
};

async function ask(vm: Vm, number: number): Promise<boolean> {
  try {
    const { stdout } = await vm.exec(`echo $((${number} * 7))`, { timeout: TIMEOUT_MS });
    return stdout === `${number * 7}\n`;
  } catch {
    return false;
  }
}
