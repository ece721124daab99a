import { measureExecRounds } from './exec-round.js';
import { measureForks } from './forks.js';
import { measureIdentities } from './identities.js';
import { measureManyForks } from './many-forks.js';
import type { Measurement } from './measurement.js';

import { measureRestores } from './restores.js';
import { measureRunFrom } from './run-from.js';
import { measureSnapshots } from './snapshots.js';
import { measureTracking } from './tracking.js';

/** What processes of their own measure, by the name of its benchmark. */
export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  forks: measureForks,
  'many-forks': measureManyForks,
  'exec-rounds': measureExecRounds,
  identities: measureIdentities,
  restores: measureRestores,
  'run-from': measureRunFrom,
  snapshots: measureSnapshots,
  tracking: measureTracking,
};
