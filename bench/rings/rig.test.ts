import { describe, expect, test } from 'vitest';
import { Core } from '../../src/core/core.js';
import { nodePlatform } from '../../src/node/platform.js';
import { WrongResultError } from '../errors.js';
import { RING_CASES } from './case.js';
import { RINGS_MEMORY } from './requests.js';
import { RingRig } from './rig.js';

const newCore = async (engine: string) =>
  Core.create(await nodePlatform.engine(engine), RINGS_MEMORY + (16 << 20));

describe.each(['wasm', 'ts'])('on %s', (engine) => {
  test.each(RING_CASES)(
    '$name: all come back with their data, over the end of the rings too',
    async (ring) => {
      using rig = await RingRig.create(ring, await newCore(engine));
      rig.check(Math.ceil(2050 / ring.depth));
      expect(rig.run(3) % (3 * ring.depth)).toBe(0);
      rig.check(2);
    },
  );
});

test('data that did not come is found', async () => {
  const [ring] = RING_CASES;
  if (ring === undefined) throw new Error('there are no cases');
  using rig = await RingRig.create(ring, await newCore('wasm'));
  expect(() => rig.check(0)).toThrow(WrongResultError);
});
