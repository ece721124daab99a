import { attempt } from '../attempt.js';
import type { Sink } from '../benchmark.js';
import { UnavailableError } from '../errors.js';
import type { AbsentRow } from '../row.js';

/** Says of each engine's row that a quick run has no time for it. */
export async function notInQuick(
  { group, name }: Pick<AbsentRow, 'group' | 'name'>,
  engines: readonly string[],
  sink: Sink,
): Promise<void> {
  for (const engine of engines) {
    await attempt({ group, name, engine }, sink, async () => {
      throw new UnavailableError('it takes half a minute: not with --quick');
    });
  }
}
