import { execFile } from 'node:child_process';
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UsageError } from './errors.js';
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

/** Writes the results as JSON. */
export async function writeResults(file: string, results: Results): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

/** Makes the folder for a results file. @throws UsageError if the file could not be written in the end */
export async function checkPlace(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    // At one go, so that no signal finds the file there: an empty one would pass for results.
    const absent = !existsSync(file);
    closeSync(openSync(file, 'a'));
    if (absent) rmSync(file);
  } catch (cause) {
    throw new UsageError(`results cannot go to ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** @throws UsageError, one line that names the file and what is wrong with it */
export async function readResults(file: string): Promise<Results> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
    throw new UsageError(`${file} cannot be read as results: ${reason}`, { cause });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file} holds no results: it is not JSON`, { cause });
  }
  if (!isRecord(value) || value.format === undefined) {
    throw new UsageError(`${file} holds no results: it has no 'format'`);
  }
  if (value.format !== FORMAT) {
    const found = JSON.stringify(value.format);
    throw new UsageError(
      `${file} has results of format ${found}; this bench reads format ${FORMAT}`,
    );
  }
  const { machine, node, commit: measured, rows, absent, peers } = value;
  if (!Array.isArray(rows)) throw new UsageError(`${file} holds no results: it has no 'rows'`);
  const wrong = rows.findIndex((row) => !isRow(row));
  if (wrong >= 0) throw new UsageError(`${file}: row ${wrong} of the results is not complete`);
  return {
    format: FORMAT,
    machine: String(machine ?? ''),
    node: String(node ?? ''),
    commit: String(measured ?? ''),
    peers: isRecord(peers) ? (peers as Record<string, string>) : {},
    rows: rows as Row[],
    absent: Array.isArray(absent) ? (absent as AbsentRow[]) : [],
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isRow(value: unknown): value is Row {
  if (!isRecord(value)) return false;
  const texts = [value.group, value.name, value.engine, value.unit];
  const figures = [value.median, value.min, value.max, value.runs];
  return (
    texts.every((text) => typeof text === 'string') &&
    figures.every((figure) => Number.isFinite(figure)) &&
    (value.better === 'higher' || value.better === 'lower')
  );
}
