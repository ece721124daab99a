import type { MachineRecord } from '../../vm/snapshot/record.js';
import type { RestoreOptions } from '../../vm/snapshot/restore.js';
import { Drives } from '../drives.js';
import { assembled, hostFor, type Machine } from '../machine.js';
import type { RunOptions } from '../run-options.js';
import { openStore } from './place.js';

/**
 * A machine that goes on from a snapshot. It runs already.
 *
 * @param id an id, the unique beginning of one, or a name
 * @throws SnapshotError, ConfigurationError, DiskError, MemoryShortageError
 */
export async function restoredMachine(
  id: string,
  options: RunOptions,
  how: RestoreOptions = {},
): Promise<Machine> {
  const drives = await Drives.open(options.drive);
  let host: Machine['host'] | undefined;
  try {
    const store = await openStore(options.store);
    drives.own({ [Symbol.asyncDispose]: () => store.close() });
    const reader = await store.open(id);
    const { info, head } = reader;
    reader.close();
    host = await hostFor(info.memory, options);
    const vm = await host.restore(store, info.id, { ...how, drives: drives.disks });
    const prompts = vm.console === vm.terminal;
    const { clock } = head.machine as MachineRecord;
    return assembled({
      host,
      vm,
      drives,
      options: { ...options, clock: clock.kind },
      isRestored: true,
      prompts,
      from: info.id,
    });
  } catch (error) {
    await host?.[Symbol.asyncDispose]();
    await drives[Symbol.asyncDispose]();
    throw error;
  }
}
