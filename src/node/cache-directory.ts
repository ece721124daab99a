import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads and finished guests are kept: `$HARTWOOD_CACHE`, else the user's cache folder. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HARTWOOD_CACHE) return env.HARTWOOD_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hartwood');
}

/** Where snapshots are kept unless a store is named: `$HARTWOOD_SNAPSHOTS`, else a folder of the cache. */
export function snapshotPlace(env: NodeJS.ProcessEnv = process.env): string {
  return env.HARTWOOD_SNAPSHOTS || join(cacheDirectory(env), 'snapshots');
}
