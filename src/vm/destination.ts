import { ConfigurationError } from '../core/errors.js';
import type { Arrival } from './hold.js';
import type { Works } from './works.js';

/**
 * Sends a VM to a step, where it stands; resolves when it is there, or can get no further.
 *
 * @throws ConfigurationError under a real clock; the reason of a signal, and the VM then stands somewhere before
 */
export function arriveAt(
  { spec, waits, hold }: Works,
  steps: bigint,
  options: { readonly signal?: AbortSignal },
): Promise<Arrival> {
  if (spec.clock.kind !== 'virtual') {
    throw new ConfigurationError("a VM runs to a step under a clock of the kind 'virtual' only");
  }
  return waits.until<Arrival>(
    `it had taken ${steps} steps`,
    options,
    (settle) => {
      hold.goTo({ steps, arrive: (how) => settle.resolve(how) });
      return () => {
        if (hold.destination !== undefined) hold.endJourney('reached');
      };
    },
    () => 'stopped',
  );
}
