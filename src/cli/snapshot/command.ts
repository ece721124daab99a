import { ConfigurationError, SnapshotError } from '../../core/errors.js';
import { openSnapshotFile } from '../../node/door.js';
import { outdated } from '../../snapshot/retention.js';
import type { SnapshotInfo } from '../../snapshot/snapshot-info.js';
import type { SnapshotStore } from '../../snapshot/snapshot-store.js';
import { bold } from '../colours.js';
import { complain } from '../complaint.js';
import { statusOf } from '../exit-status.js';
import { run } from '../run.js';
import { isWarmName } from '../warm/name.js';
import { createSnapshot } from './create.js';
import { description, line, listTable, megabytes, stateLines } from './describe.js';
import type { PruneOptions, SnapshotActions, StoreOptions } from './options.js';
import { PageProgress } from './page-progress.js';
import { openStore } from './place.js';

const DAY = 24 * 3600 * 1000;

/**
 * `hartwood snapshot …`. Each throws SnapshotError, ConfigurationError and the like.
 *
 * @param end told of a status that is no failure of ours
 */
export function snapshotActions(
  abort: AbortController,
  end: (status: number) => void,
): SnapshotActions {
  return {
    create: async (name, options) => {
      const created = await createSnapshot(name, options, abort);
      if ('status' in created) end(created.status);
      else print(options.json ? JSON.stringify(created.info) : line(created.info));
    },
    list: (options) =>
      withStore(options, async (store) => {
        const infos = await store.list((error) => complain(error, statusOf(error)));
        const named = infos.map(({ name }) => name).filter((name) => name !== undefined);
        if (options.names) for (const name of new Set(named)) print(name);
        else if (options.json) print(JSON.stringify(infos));
        else if (infos.length === 0)
          print("no snapshots; 'hartwood snapshot create NAME' takes one");
        else {
          const [head = '', ...rows] = listTable(infos);
          print(bold(head, process.stdout));
          for (const row of rows) print(row);
          print(`${infos.length} in ${store.name}, which takes ${megabytes(await store.used())}`);
        }
      }),
    show: (id, options) =>
      withStore(options, async (store) => {
        const reader = await store.open(id);
        try {
          const { machine } = reader.head;
          if (options.json) print(JSON.stringify({ ...reader.info, machine }));
          else for (const text of description(reader.info, machine)) print(text);
          if (options.state) for (const text of stateLines(reader)) print(text);
        } finally {
          reader.close();
        }
      }),
    restore: async (options) => end(await run(options, abort)),
    remove: (ids, options) =>
      withStore(options, async (store) => {
        // All or none: a wrong name among them is said before anything is gone.
        for (const id of ids) await known(store, id);
        for (const id of ids) await store.delete(id);
        await freed(store);
      }),
    prune: (options) =>
      withStore(options, async (store) => {
        const deleted = await prune(store, options);
        if (options.json) print(JSON.stringify(deleted));
        else for (const info of deleted) print(`deleted ${line(info)}`);
        await freed(store);
      }),
    verify: (id, options) =>
      withStore(options, async (store) => {
        using progress = new PageProgress('verify', process.stderr);
        const report = await store.verify(id, { progress: progress.report, signal: abort.signal });
        progress[Symbol.dispose]();
        const { snapshots, pages, bytes } = report;
        if (options.json) print(JSON.stringify(report));
        else print(`${snapshots} sound: ${pages} pages, ${megabytes(bytes)} read`);
      }),
    exportTo: (id, file, options) =>
      withStore(options, async (store) => {
        const { id: found } = await store.info(id);
        const other = await openSnapshotFile(file, { create: true });
        try {
          const info = await copied(store, found, other);
          print(options.json ? JSON.stringify(info) : line(info));
        } finally {
          await other.close();
        }
      }),
    importFrom: async (file, options) => {
      const other = await openSnapshotFile(file);
      try {
        await withStore({ ...options, create: true }, async (store) => {
          const infos: SnapshotInfo[] = [];
          for (const { id } of await other.list()) infos.push(await copied(other, id, store));
          if (options.json) print(JSON.stringify(infos));
          else for (const info of infos) print(line(info));
        });
      } finally {
        await other.close();
      }
    },
  };
}

async function withStore(
  { store: path, create = false }: StoreOptions & { readonly create?: boolean },
  task: (store: SnapshotStore) => Promise<void>,
): Promise<void> {
  const store = await openStore(path, { create });
  try {
    await task(store);
  } finally {
    await store.close();
  }
}

async function copied(
  store: SnapshotStore,
  id: string,
  other: SnapshotStore,
): Promise<SnapshotInfo> {
  using progress = new PageProgress('copy', process.stderr);
  return await store.copyTo(id, other, { progress: progress.report });
}

/** Damaged ones may be deleted, too. */
async function known(store: SnapshotStore, id: string): Promise<void> {
  try {
    await store.info(id);
  } catch (error) {
    if (error instanceof SnapshotError && error.code !== 'snapshot-missing') return;
    throw error;
  }
}

async function prune(
  store: SnapshotStore,
  { keep, within }: PruneOptions,
): Promise<SnapshotInfo[]> {
  if (keep === undefined && within === undefined) {
    throw new ConfigurationError('prune needs --keep NUMBER or --within DAYS, or both');
  }
  const rules = {
    ...(keep === undefined ? {} : { last: count(keep, 'keep', /^\d{1,9}$/) }),
    ...(within === undefined ? {} : { within: count(within, 'within', /^\d{1,6}(\.\d+)?$/) * DAY }),
  };
  const infos = (await store.list()).filter(({ name }) => !isWarmName(name));
  const deleted = outdated(infos, rules);
  for (const { id } of deleted) await store.delete(id);
  return deleted;
}

function count(text: string, name: string, right: RegExp): number {
  if (right.test(text)) return Number(text);
  throw new ConfigurationError(
    `--${name} '${text}' is no number of ${name === 'keep' ? 'snapshots' : 'days'}`,
  );
}

/** Frees pages that no snapshot has; while somebody else writes, they stay for the next time. */
async function freed(store: SnapshotStore): Promise<void> {
  try {
    await store.collect();
  } catch (error) {
    if (!(error instanceof SnapshotError) || error.code !== 'snapshot-busy') throw error;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
