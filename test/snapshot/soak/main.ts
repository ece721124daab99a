/** Ten thousand random forks, writes, snapshots and restores: `npm run soak:memory -- --seed 7`. */
import { Command } from 'commander';
import { SoakFailure, soak } from './soak.js';
import { storesOfEachKind } from './stores.js';

/** Milliseconds between two lines. */
const PACE = 5000;

const { operations, seed } = new Command('soak:memory')
  .description(
    "forks, snapshots and restores VMs at random, and compares their memory with a model's",
  )
  .option('--operations <count>', 'how many', Number, 10_000)
  .option('--seed <number>', 'which', Number, 1)
  .parse()
  .opts<{ operations: number; seed: number }>();
const kept = await storesOfEachKind();
let told = performance.now();
try {
  const counts = await soak({
    operations,
    seed,
    stores: kept.stores,
    progress: (line) => {
      if (performance.now() - told < PACE) return;
      told = performance.now();
      console.log(line);
    },
  });
  console.log([...counts].map(([name, count]) => `${name} ${count}`).join(', '));
  console.log('no byte is wrong, and no frame is lost');
} catch (error) {
  if (!(error instanceof SoakFailure)) throw error;
  console.log(error.message);
  process.exitCode = 1;
} finally {
  await kept[Symbol.asyncDispose]();
}
