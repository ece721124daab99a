import { afterAll, beforeAll, expect, test } from 'vitest';
import { debianGuest } from '../../../src/node/guest-store.js';
import { WrongResultError } from '../../errors.js';
import type { BenchMachine } from '../../machines/machine.js';
import { startOwn } from '../../machines/own.js';
import { awk, gzip, sha256sum } from './busybox.js';
import { measureWorkload } from './sized-runs.js';
import { sampleText, TEXT_SIZE } from './text.js';
import type { Work, Workload } from './workload.js';

const EXTENT = { runs: 2, targetSeconds: 0.1, shrink: 4 };

let machine: BenchMachine;
beforeAll(async () => {
  machine = await startOwn('wasm', await debianGuest());
});
afterAll(() => machine?.[Symbol.asyncDispose]());

test.each([sha256sum, gzip, awk])(
  '$name has right results in the guest, and a rate for each run',
  async (workload) => {
    const rates = await measureWorkload(machine, workload, EXTENT);
    expect(rates).toHaveLength(2);
    for (const rate of rates) expect(rate).toBeGreaterThan(0);
  },
);

/** A workload whose work is changed. */
const altered = (workload: Workload, change: (work: Work) => Partial<Work>): Workload => ({
  ...workload,
  async prepare(guest) {
    const work = await workload.prepare(guest);
    return { ...work, ...change(work) };
  },
});

test.each([
  {
    what: 'another output than the right one',
    workload: altered(awk, () => ({ expected: () => '1\n' })),
    message: "awk has a wrong result on wasm: it printed '",
  },
  {
    what: 'a command that fails',
    workload: altered(sha256sum, () => ({ command: () => 'sha256sum /nowhere' })),
    message: "'sha256sum /nowhere' ended with status 1 on wasm: sha256sum: ",
  },
  {
    what: 'a file that is not what was to be compressed',
    workload: altered(gzip, ({ command }) => ({ command: () => command(2) })),
    message: 'what gzip compressed on wasm is not its input',
  },
])('$what is a wrong result', async ({ workload, message }) => {
  const error = await measureWorkload(machine, workload, EXTENT).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WrongResultError);
  expect((error as Error).message).toContain(message);
});

test('the text is the same each time, as long as it says, and none of a pattern that compresses to nothing', () => {
  const text = sampleText();
  expect(text).toEqual(sampleText());
  expect(text).toHaveLength(TEXT_SIZE);
  expect(new Set(new TextDecoder().decode(text).split('\n')).size).toBeGreaterThan(700);
});
