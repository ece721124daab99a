import { expect, it } from 'vitest';
import { newHost } from '../../test/integration/guest.js';
import type { VmSpec } from './spec.js';

it.each([
  [{ guest: 'debain' }, /'debian', or an object.*not 'debain'.*openGuest/],
  [{ guest: undefined }, /not 'undefined'/],
  [{ guest: { bare: new Uint8Array(0) }, memmory: '1G' }, /no property 'memmory'; it has .*memory/],
])('refuses what a compiler would have: %o', async (spec, message) => {
  await using host = await newHost('64M');
  await expect(host.create(spec as unknown as VmSpec)).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringMatching(message),
  });
});
