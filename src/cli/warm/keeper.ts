import { SnapshotError } from '../../core/errors.js';
import type { SnapshotStore } from '../../snapshot/snapshot-store.js';
import type { Vm } from '../../vm/vm.js';
import { complain } from '../complaint.js';
import { statusOf } from '../exit-status.js';
import { openStore } from '../snapshot/place.js';
import type { WarmKey } from './key.js';
import { isOfBuild, isWarmName, warmName } from './name.js';
import { keepNotes, writeNote } from './note.js';

/** So many of different shapes are kept. */
const MOST = 4;
/** Who waits for longer is told why, in milliseconds. */
const PATIENCE = 1000;

/** Keeps a machine as it is behind its boot, so that the next start goes on from there. It runs on meanwhile. */
export class WarmKeeper {
  /** Resolves when whatever is done with the machine is not in what is kept any more. Never rejects. */
  readonly untouched: Promise<void>;
  readonly #kept: Promise<void>;

  /**
   * Before the VM starts.
   *
   * @param prompts whether it has a shell, which is to have prompted
   */
  constructor(vm: Vm, key: WarmKey, prompts: boolean, signal: AbortSignal) {
    let frozen = () => {};
    this.untouched = new Promise((resolve) => {
      frozen = resolve;
    });
    this.#kept = keep(vm, key, prompts, signal, frozen)
      // It was worth a try: the next start boots as well.
      .catch((error: unknown) => {
        if (process.env.HARTWOOD_DEBUG && !signal.aborted) complain(error, statusOf(error));
      })
      .finally(frozen);
  }

  /** Resolves when it is kept, or is not going to be. */
  async end(): Promise<void> {
    const told = setTimeout(() => {
      if (process.stderr.isTTY) {
        process.stderr.write(
          'hartwood: the machine is kept for the next start, this once; Ctrl-C leaves at once\n',
        );
      }
    }, PATIENCE);
    await this.#kept;
    clearTimeout(told);
  }
}

async function keep(
  vm: Vm,
  key: WarmKey,
  prompts: boolean,
  signal: AbortSignal,
  frozen: () => void,
): Promise<void> {
  await Promise.all([vm.ready({ signal }), prompts ? vm.prompted({ signal }) : undefined]);
  const store = await openStore(undefined, { create: true });
  try {
    const info = await vm.snapshot({ store, name: warmName(key), signal, frozen });
    await writeNote(key, info.id);
    await makeRoom(store, key);
  } finally {
    await store.close();
  }
}

/** Deletes what other builds kept, what is kept twice, and all but the latest few. */
async function makeRoom(store: SnapshotStore, key: WarmKey): Promise<void> {
  const seen = new Set<string>();
  const kept = new Set<string>();
  const infos = (await store.list()).filter(({ name }) => isWarmName(name)).reverse();
  for (const { id, name = '' } of infos) {
    const stays = isOfBuild(name, key) && !seen.has(name) && seen.size < MOST;
    seen.add(name);
    if (stays) kept.add(id);
    else await store.delete(id);
  }
  await keepNotes(kept);
  try {
    await store.collect();
  } catch (error) {
    // Another process writes: the next one frees the pages.
    if (!(error instanceof SnapshotError) || error.code !== 'snapshot-busy') throw error;
  }
}
