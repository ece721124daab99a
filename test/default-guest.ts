import { debianGuest } from '../src/node/guest-store.js';

/**
 * Prepares the default guest before any test, on a machine that has none: else the first command that a test happens to
 * run would fetch it, and tell so where the test expects other words. Tests that need no guest do without a mirror.
 */
export default async function setup(): Promise<void> {
  try {
    await debianGuest();
  } catch (error) {
    process.stderr.write(`Tests that boot the default guest will fail: ${error}\n`);
  }
}
