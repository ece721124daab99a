import { expect, it } from 'vitest';
import type { Profile } from '../profile/profile.js';
import { profileReport } from './profile-report.js';

const use = { accesses: 0, misses: 0, hitRate: null };
const NOTHING: Profile = {
  format: 1,
  engine: 'wasm',
  interval: 50_000,
  samples: 0,
  steps: 12,
  instructions: 12,
  exceptions: 0,
  interrupts: 0,
  error: 1,
  symbols: null,
  functions: [],
  processes: [],
  modes: { M: 0, S: 0, U: 0 },
  harts: [],
  mix: {} as Profile['mix'],
  branchesTaken: null,
  exits: {} as Profile['exits'],
  tlb: {
    reads: use,
    writes: use,
    fetches: use,
    detours: { global: 0, refill: 0, misaligned: 0, mmio: 0, code: 0 },
  },
  host: { seconds: 0, phases: {} as Profile['host']['phases'], devices: [] },
};

it('says so where there were no samples', () => {
  expect(profileReport(NOTHING)).toMatch(
    /^Profile: 0 samples of 12 steps, one in 50,000; engine 'wasm'\n/,
  );
});

it('lets no name that a guest chose drive the terminal', () => {
  const name = '[process \x1b[2J\r\n\u{1f4a9}]';
  const report = profileReport({
    ...NOTHING,
    samples: 1,
    functions: [
      { name, mode: 'U', samples: 1, share: 1 },
      { name: 'x'.repeat(5000), mode: 'S', samples: 0, share: 0 },
    ],
    processes: [{ name, samples: 1, share: 1 }],
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(report).not.toMatch(/[^\x0a\x20-\x7e±]/);
  expect(Math.max(...report.split('\n').map((line) => line.length))).toBeLessThan(120);
});
