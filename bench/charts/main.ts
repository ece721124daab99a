/**
 * Draws a results file: `npm run bench:charts -- [FILE] [--out FOLDER]` writes FOLDER/<group>.svg for each group of
 * it. Exit status 2 for a file that holds no results.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { UsageError } from '../errors.js';
import { readResults } from '../results-file.js';
import { chart } from './chart.js';

const place = (path: string) => fileURLToPath(new URL(`../results/${path}`, import.meta.url));
const USAGE_STATUS = 2;

async function draw(file: string, folder: string): Promise<void> {
  const { rows, machine, commit } = await readResults(file);
  if (rows.length === 0) throw new UsageError(`${file} has no figures to draw`);
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new UsageError(`charts cannot go to ${folder}: ${cause.message}`, { cause });
  });
  for (const group of new Set(rows.map((row) => row.group))) {
    const path = join(folder, `${group.replaceAll(/[^\w-]/g, '_')}.svg`);
    const own = rows.filter((row) => row.group === group);
    await writeFile(path, chart(group, own, `${machine}; ${commit}`));
    console.log(path);
  }
}

const command = new Command('bench:charts')
  .description('Draws the figures of a results file, a chart for each group.')
  .argument('[file]', 'what `npm run bench` wrote', place('reference.json'))
  .option('--out <folder>', 'where the charts go', place('charts'))
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE_STATUS))
  .action((file: string, { out }: { out: string }) => draw(file, out));
try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`bench:charts: ${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? USAGE_STATUS : 1;
}
