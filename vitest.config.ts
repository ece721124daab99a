import { defineConfig } from 'vitest/config';

/** Where results go as JSON, beside what the terminal shows; `.ci/run` counts them. */
const report = process.env.HARTWOOD_TEST_REPORT;

// The command boots the guests of tests, whatever was kept before: most of them are about that. Others say so.
process.env.HARTWOOD_COLD ??= 'on';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/**
 * Limits against what hangs, and against nothing else: whatever a machine is busy with, a test that gets on must get to
 * its end. A cold boot of Linux takes four seconds here, and minutes beside enough of others.
 */
const PATIENCE = {
  testTimeout: 10 * MINUTE,
  // Setup may compile the core, or fetch the default guest, or QEMU with its libraries.
  hookTimeout: 10 * MINUTE,
  // Less than a test's, so that it is told what was waited for.
  expect: { poll: { timeout: 8 * MINUTE } },
};
/** Places with tests beside the code, but for the oracle's, which need QEMU, and campaigns of minutes. */
const EVERYWHERE = '{assembly,bench,isa,scripts,src,test}/**/*.test.ts';
/**
 * Of those, the ones that share processes with other files: to begin one for each costs half a second, more than most
 * of them take. What they make they dispose of, and what they stub they restore.
 */
const TOGETHER = [
  '{assembly,bench,isa,scripts,src}/**/*.test.ts',
  'test/{core,lockstep,structure,translate,virtio}/**/*.test.ts',
];
const ORACLE = 'test/oracle/**/*.test.ts';
const FUZZ = 'test/virtio/fuzz/**/*.test.ts';
/** Campaigns of two engines in lockstep. */
const LOCKSTEP = 'test/lockstep/campaign/*.test.ts';
/** Linux with and without translation, several times. */
const TRANSLATED_LINUX = 'test/translate/linux/*.test.ts';
/** Linux in Linux by KVM, in a guest that is built of packages. */
const NESTED = 'test/nested/linux/*.test.ts';
/** Fetches the default guest where there is none. */
const DEFAULT_GUEST = 'test/default-guest.ts';
/** Tests beside programs that a bare machine lacks: qemu-img, e2fsck, GDB; guests built of packages. */
const PEERS = '{src,test}/**/*.peer.test.ts';
/** What `npm test` leaves to others. */
const ELSEWHERE = [ORACLE, FUZZ, LOCKSTEP, TRANSLATED_LINUX, NESTED, PEERS];
/** Of the machine's tests, those of what the baseline lacks: frames, forks, bounds of work, pins, times above 2^53. */
const CORE_ONLY = [
  'test/core/{bounds,code-pool,epoch-consumers,far-times,fork,frames,going-on,rebind,sbi-console-memory,shared-frames,shared-memory,work}.test.ts',
  'test/virtio/{bounds,missing-pages,pins,turns}.test.ts',
];

export default defineConfig({
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    // A guest keeps one core busy: as many files at once as there are cores.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: DEFAULT_GUEST,
          include: TOGETHER,
          exclude: ELSEWHERE,
          isolate: false,
          ...PATIENCE,
        },
      },
      {
        test: {
          name: 'system',
          globalSetup: DEFAULT_GUEST,
          include: [EVERYWHERE],
          exclude: [...TOGETHER, ...ELSEWHERE],
          ...PATIENCE,
        },
      },
      {
        test: {
          name: 'baseline',
          include: ['test/{core,virtio}/*.test.ts'],
          exclude: CORE_ONLY,
          isolate: false,
          ...PATIENCE,
          env: { HARTWOOD_TEST_ENGINE: 'ts' },
        },
      },
      {
        test: {
          name: 'translated',
          globalSetup: DEFAULT_GUEST,
          include: [
            'test/{core,virtio}/**/*.test.ts',
            'test/debug/{debugger,guest-points,session}.test.ts',
            TRANSLATED_LINUX,
          ],
          exclude: [FUZZ],
          ...PATIENCE,
          env: { HARTWOOD_TEST_TRANSLATE: 'force' },
        },
      },
      {
        test: {
          name: 'oracle',
          globalSetup: DEFAULT_GUEST,
          include: [ORACLE],
          ...PATIENCE,
          testTimeout: 15 * MINUTE,
        },
      },
      {
        test: {
          name: 'fuzz',
          include: [FUZZ],
          ...PATIENCE,
          testTimeout: 30 * MINUTE,
        },
      },
      {
        test: {
          name: 'lockstep',
          globalSetup: DEFAULT_GUEST,
          include: [LOCKSTEP],
          ...PATIENCE,
        },
      },
      {
        test: {
          name: 'nested',
          include: [NESTED],
          // Builds a guest of 112 packages; three machines at once would be in each other's way.
          globalSetup: 'test/nested/linux/setup.ts',
          fileParallelism: false,
          ...PATIENCE,
        },
      },
      {
        test: {
          name: 'peers',
          globalSetup: DEFAULT_GUEST,
          include: [PEERS],
          ...PATIENCE,
        },
      },
    ],
  },
});
