import { type Areas, pages } from '../model.js';

/** What a snapshot of this seed holds: some of it is in those before it, too. */
export const contentOf = (seed: number): Areas => ({
  memory: pages(80, seed * 25, seed % 7, 3),
  disk0: pages(20, seed * 15 + 100_000),
});
