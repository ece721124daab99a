import { expect, it } from 'vitest';
import { VIRTIO_CAUSES } from '../../../src/core/abi.js';
import { fuzzRings } from './campaign.js';

/** SEED=random for another campaign each time, SEED=N to repeat one. */
const SEED =
  process.env.SEED === 'random'
    ? Math.floor(Math.random() * 2 ** 32)
    : Number(process.env.SEED ?? 20260101);
const CASES = 1_000_000;

it(`${CASES} hostile drivers get nothing but what is specified, seed ${SEED}`, async () => {
  const progress = (done: number) => console.log(`${done} cases of seed ${SEED}`);
  const tally = await fuzzRings({ seed: SEED, cases: CASES, progress });
  console.log([...tally].map(([what, times]) => `${what}: ${times}`).join(', '));
  // The campaign went everywhere: each cause, each end of a request, each bound.
  const causes = VIRTIO_CAUSES.filter((cause) => !['none', 'back-end'].includes(cause));
  const ends = ['answered', 'answered, interrupt', 'void', 'later', 'no memory', 'flooded'];
  for (const what of [...causes.map((cause) => `cause ${cause}`), ...ends]) {
    expect(tally.get(what) ?? 0, what).toBeGreaterThan(10);
  }
  expect(tally.get('taken')).toBeGreaterThan(CASES / 4);
});
