import type { Vm } from '../vm/vm.js';
import type { ProfileOptions, Profiler } from './profiler.js';

/**
 * Profiles a VM from its next turn on; from its first instruction if it has not started. What is needed
 * for it, the instruction table above all, is loaded now.
 *
 * @throws ConfigurationError for an interval or seed that is none
 */
export async function startProfile(vm: Vm, options: ProfileOptions = {}): Promise<Profiler> {
  const { Profiler } = await import('./profiler.js');
  return new Profiler(vm, options);
}
