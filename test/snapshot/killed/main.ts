/** Kills writers of snapshots, two hundred times: `npm run soak:snapshots -- --seed 7`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { buildWriter, killWriters } from './campaign.js';

const { seed, kills } = new Command('soak:snapshots')
  .description('kills processes that write snapshots, and looks for what is lost')
  .option('--seed <number>', 'of the times', '1')
  .option('--kills <number>', 'for each kind of store', '100')
  .parse()
  .opts<{ seed: string; kills: string }>();
const folder = await mkdtemp(join(tmpdir(), 'hartwood-snapshots-'));
try {
  const program = join(folder, 'writer.mjs');
  await buildWriter(program);
  for (const kind of ['folder', 'file'] as const) {
    const result = await killWriters(kind, {
      program,
      path: join(folder, kind),
      kills: Number(kills),
      seed: Number(seed),
    });
    console.log(
      `${kind}: ${result.kills} kills, ${result.within} within a snapshot, ${result.saved} snapshots saved, none lost`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}
