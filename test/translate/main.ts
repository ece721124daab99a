/** Random programs, translated and interpreted: `npm run programs:translate -- --seed N --count N`. */
import { Command } from 'commander';
import { FORCED } from '../tested-translation.js';
import { MIXED } from './beside.js';
import { runProgram } from './campaign.js';

const { seed, count, mixed, cut } = new Command('programs:translate')
  .description('runs random programs translated and interpreted, and tells where they differ')
  .option('--seed <number>', 'the first program', Number, Math.floor(Math.random() * 2 ** 31))
  .option('--count <number>', 'how many programs', Number, 100)
  .option('--mixed', 'translate what is jumped to a few times, not all')
  .option('--cut', 'end runs at random places')
  .parse()
  .opts<{ seed: number; count: number; mixed?: boolean; cut?: boolean }>();
console.log(`seeds from ${seed}`);
const translation = mixed ? MIXED : FORCED;
let [equal, share] = [0, 0];
for (let n = 0; n < count; n++) {
  const run = await runProgram(seed + n, { translation, cut: cut ?? false });
  if (run.difference === undefined) equal++;
  else console.log(run.difference);
  share += run.share / count;
}
console.log(`${equal} of ${count} programs do the same; ${(100 * share).toFixed(1)} % in regions`);
if (equal < count) process.exitCode = 1;
