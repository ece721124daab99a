import { expect, it } from 'vitest';
import type { Profile } from '../profile/profile.js';
import { profileReport } from './profile-report.js';

const use = { accesses: 0, misses: 0, hitRate: null };
const QUIET = { steps: 0, tlbMisses: { read: 0, write: 0, fetch: 0 }, traps: 0, exits: 0 };
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
  modes: { M: 0, S: 0, U: 0, VS: 0, VU: 0 },
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
  regimes: { M: QUIET, S: QUIET, U: QUIET, VS: QUIET, VU: QUIET },
  guestExits: {
    ecalls: 0,
    fetchFaults: 0,
    loadFaults: 0,
    storeFaults: 0,
    instructions: 0,
    interrupts: 0,
    others: 0,
  },
  tableReads: { firstStage: 0, guestStage: 0 },
  host: { seconds: 0, phases: {} as Profile['host']['phases'], devices: [], translation: null },
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

it('shows modes of guests of the guest, and why they came back, where there were any', () => {
  const plain = profileReport({
    ...NOTHING,
    regimes: { ...NOTHING.regimes, S: { ...QUIET, steps: 12, traps: 1 } },
  });
  expect(plain).not.toMatch(/VS|Exits of|G-stage/);
  expect(plain).toMatch(/^ {2}S-mode +12 +0 +1 +0$/m);
  const modes = { M: 0, S: 0.25, U: 0, VS: 0.5, VU: 0.25 };
  const report = profileReport({
    ...NOTHING,
    modes,
    harts: [{ share: 1, modes }],
    regimes: {
      ...NOTHING.regimes,
      VS: { steps: 6000, tlbMisses: { read: 1, write: 2, fetch: 3 }, traps: 4, exits: 5 },
    },
    guestExits: { ...NOTHING.guestExits, ecalls: 3, loadFaults: 1 },
    tableReads: { firstStage: 100, guestStage: 1500 },
  });
  expect(report).toMatch(/Harts .* VS-mode +VU-mode\n/);
  expect(report).toMatch(/^ {2}VS-mode +6,000 +6 +4 +5$/m);
  expect(report).toContain('Exits of guests: ecalls 3, load faults 1\n');
  expect(report).toContain('page-table entries read: 100, of the G-stage 1,500\n');
});
