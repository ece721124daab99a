import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AbsentRow, Row } from './row.js';

const FORMAT = 1;

/** A run of the suite, as it is kept. */
export interface Results {
  readonly format: typeof FORMAT;
  /** Processor, cores and memory: figures of different machines are not to be compared. */
  readonly machine: string;
  readonly node: string;
  /** The commit that was measured; `+` if files were changed since. */
  readonly commit: string;
  /** Versions of the peers that took part. */
  readonly peers: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly absent: readonly AbsentRow[];
}

/** These figures with where they come from. */
export async function resultsOf(
  rows: readonly Row[],
  absent: readonly AbsentRow[],
  peers: Readonly<Record<string, string>>,
): Promise<Results> {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return {
    format: FORMAT,
    machine: `${first?.model ?? arch()}, ${cpus().length} cores, ${memory} GiB, ${platform()}`,
    node: process.version,
    commit: await commit(),
    peers,
    rows,
    absent,
  };
}

/** Empty outside of a checkout. */
async function commit(): Promise<string> {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', args, { cwd })).stdout.trim();
  try {
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return `${await git('rev-parse', '--short=12', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return '';
  }
}

/** Writes the results as JSON; makes the folder if there is none. */
export async function writeResults(file: string, results: Results): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
}
