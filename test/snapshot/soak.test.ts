import { expect, it } from 'vitest';
import { soak } from './soak/soak.js';
import { storesOfEachKind } from './soak/stores.js';

it('forks, snapshots and restores at random leave no byte wrong and no frame lost', async () => {
  await using kept = await storesOfEachKind();
  const counts = await soak({ operations: 1000, seed: 7, stores: kept.stores });
  for (const name of ['tell', 'fork', 'snapshot', 'restore', 'reboot', 'delete']) {
    expect(counts.get(name)).toBeGreaterThan(10);
  }
});
