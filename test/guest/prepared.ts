import { debianGuest } from '../../src/node/guest-store.js';

/**
 * Has the default guest in the cache before the first test: on a bare machine the command says what it fetches, and
 * every file would fetch it for itself.
 */
export default async function prepare(): Promise<void> {
  try {
    await debianGuest();
  } catch (error) {
    // Most tests need no guest; those that do will say the same.
    console.log(`the default guest cannot be had: ${String(error)}`);
  }
}
