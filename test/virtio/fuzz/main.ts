/** Torments the rings of a virtio device: `npm run fuzz:rings -- --seed N --cases N [--only K]`. */
import { Command } from 'commander';
import { FuzzFailure, fuzzRings } from './campaign.js';

const command = new Command('fuzz:rings')
  .description('drives the virtio rings with hostile drivers and compares with a model')
  .option('--seed <number>', 'repeat the campaign of this seed', Number)
  .option('--cases <number>', 'how many cases', Number, 1_000_000)
  .option(
    '--only <number>',
    'one case, with those of its batch before it, each checked closely',
    Number,
  )
  .parse();
const { seed = Math.floor(Math.random() * 2 ** 32), ...options } = command.opts<{
  seed?: number;
  cases: number;
  only?: number;
}>();
console.log(`seed ${seed}`);
const began = performance.now();
try {
  const progress = (done: number) =>
    console.log(`${done} cases, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const tally = await fuzzRings({ seed, progress, ...options });
  for (const [what, times] of [...tally].sort()) console.log(`${what}: ${times}`);
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
