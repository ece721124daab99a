import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { openSnapshotFile, openSnapshotFolder } from '../../../src/node/snapshots/open.js';
import { randomNumbers } from '../../core/random.js';
import { check } from '../model.js';
import { contentOf } from './content.js';

/** A writer is killed at a random time after a random line of these. */
const LINES = 8;

export interface Killed {
  kills: number;
  /** Snapshots that were said to be saved. */
  saved: number;
  /** Kills in the middle of a snapshot. */
  within: number;
}

/** Makes the writer a program that begins quickly. */
export async function buildWriter(into: string): Promise<void> {
  await build({
    entryPoints: [new URL('writer.ts', import.meta.url).pathname],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: into,
    logLevel: 'error',
  });
}

/**
 * Has processes write a store, and kills each at a random time; after each kill all that was saved must be there. Some
 * kill hits a snapshot: if none of so many does, there are more.
 *
 * @throws whatever is wrong with the store, and an Error if a snapshot is lost
 */
export async function killWriters(
  kind: 'folder' | 'file',
  options: { program: string; path: string; kills: number; seed: number },
): Promise<Killed> {
  const random = randomNumbers(options.seed);
  const result: Killed = { kills: 0, saved: 0, within: 0 };
  const saved = new Set<string>();
  let next = 1;
  while (result.kills < options.kills || result.within === 0) {
    const args = [options.program, kind, options.path, `${next}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let last = '';
    let lines = random(LINES);
    // However slow the machine is, the end comes somewhere in the next deed.
    let deed = 1;
    let told = performance.now();
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, ...values] = line.split(' ');
      last = word ?? '';
      if (word !== 'ready') deed = Math.ceil(performance.now() - told);
      told = performance.now();
      if (lines-- === 0) setTimeout(() => child.kill('SIGKILL'), random(deed));
      if (word === 'begun') next = Number(values[0]) + 1;
      if (word === 'saved') saved.add(values[1] ?? '');
      if (word === 'deleting') saved.delete(values[0] ?? '');
      if (word === 'saved') result.saved++;
    }
    const [, signal] = await exited;
    if (signal !== 'SIGKILL') throw new Error('the writer ended by itself');
    result.kills++;
    if (last === 'begun') result.within++;
    await inspect(kind, options.path, saved);
  }
  return result;
}

async function inspect(kind: string, path: string, saved: ReadonlySet<string>): Promise<void> {
  const open = kind === 'file' ? openSnapshotFile : openSnapshotFolder;
  const store = await open(path, { create: true });
  try {
    await store.verify();
    const infos = await store.list((error) => {
      throw error;
    });
    const ids = new Set(infos.map(({ id }) => id));
    for (const id of saved) if (!ids.has(id)) throw new Error(`snapshot ${id} is lost`);
    for (const { id, name } of infos) await check(store, id, contentOf(Number(name)));
  } finally {
    await store.close();
  }
}
