import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads and finished guests are kept: `$HARTWOOD_CACHE`, else the user's cache folder. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HARTWOOD_CACHE) return env.HARTWOOD_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hartwood');
}
