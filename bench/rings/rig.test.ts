import { describe, expect, test } from 'vitest';
import { newCore } from '../../test/core/machine.js';
import { WrongResultError } from '../errors.js';
import { RING_CASES } from './case.js';
import { RINGS_MEMORY } from './requests.js';
import { RingRig } from './rig.js';

describe.each(RING_CASES)('$name', (ring) => {
  test('all requests come back with their data, over the end of the rings too', async () => {
    using rig = await RingRig.create(ring, await newCore(RINGS_MEMORY + (16 << 20)));
    rig.check(Math.ceil(2050 / ring.depth));
    expect(rig.run(3) % (3 * ring.depth)).toBe(0);
    rig.check(2);
  });
});

test('data that did not come is found', async () => {
  const [ring] = RING_CASES;
  if (ring === undefined) throw new Error('there are no cases');
  using rig = await RingRig.create(ring, await newCore(RINGS_MEMORY + (16 << 20)));
  expect(() => rig.check(0)).toThrow(WrongResultError);
});
