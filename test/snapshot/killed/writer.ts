/**
 * Takes, deletes and collects snapshots in a store until it is killed, and says so line by line: `ready`,
 * `begun SEED`, `saved SEED ID`, `deleting ID`.
 *
 * Usage: node writer.js folder|file PATH FIRST-SEED
 */
import { writeSync } from 'node:fs';
import { openSnapshotFile, openSnapshotFolder } from '../../../src/node/snapshots/open.js';
import { save } from '../model.js';
import { contentOf } from './content.js';

/** Older ones are deleted. */
const KEPT = 4;

const [kind, path = '', first] = process.argv.slice(2);
const open = kind === 'file' ? openSnapshotFile : openSnapshotFolder;
const store = await open(path, { create: true });
const say = (line: string) => writeSync(1, `${line}\n`);
say('ready');
for (let seed = Number(first); ; seed++) {
  say(`begun ${seed}`);
  const { id } = await save(store, contentOf(seed), { name: `${seed}`, time: seed });
  say(`saved ${seed} ${id}`);
  const infos = await store.list();
  for (const { id } of infos.slice(0, Math.max(0, infos.length - KEPT))) {
    say(`deleting ${id}`);
    await store.delete(id);
  }
  if (seed % 3 === 0) await store.collect();
}
