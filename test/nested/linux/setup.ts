import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nestedGuest } from '../../../src/node/guests/nested-guest.js';

/** Builds the guest `nested` once for all files; HARTWOOD_TEST_GUESTS names a folder that has it. */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env.HARTWOOD_TEST_GUESTS;
  const guests = given ?? (await mkdtemp(join(tmpdir(), 'hartwood-nested-')));
  process.env.HARTWOOD_GUESTS = guests;
  await nestedGuest({ guests });
  return async () => {
    if (given === undefined) await rm(guests, { recursive: true });
  };
}
