import type { Machine } from '../machine.js';
import type { RunOptions } from '../run-options.js';
import { restoredMachine } from '../snapshot/restored-machine.js';
import type { WarmKey } from './key.js';
import { readNote, removeNote } from './note.js';

/** As it is called when it boots. */
const HOST_NAME = 'hartwood';

/** The default guest behind its last boot, another machine than that; undefined if none is kept that can be used. */
export async function warmMachine(key: WarmKey, options: RunOptions): Promise<Machine | undefined> {
  const id = await readNote(key);
  if (id === undefined) return undefined;
  try {
    const machine = await restoredMachine(id, options, { hostName: HOST_NAME });
    // Pages that are found damaged later: the next start boots.
    machine.vm.restored.catch(() => removeNote(key).catch(() => undefined));
    return machine;
  } catch {
    await removeNote(key).catch(() => undefined);
    return undefined;
  }
}
