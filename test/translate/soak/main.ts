/** A long run of hot code that is written anew again and again: `npm run soak:translate -- --short`. */
import { Command } from 'commander';
import { SoakFailure, soak } from './soak.js';

/** What the project promises, and what continuous integration has time for. */
const LONG = { instructions: 50e9, evictions: 20_000 };
const SHORT = { instructions: 4e9, evictions: 1_500 };
/** Milliseconds between two lines. */
const PACE = 5000;

const { short } = new Command('soak:translate')
  .description('runs translated code whose pages are written anew, and watches sums and memory')
  .option('--short', 'a tenth of it')
  .parse()
  .opts<{ short?: boolean }>();
let told = Number.NEGATIVE_INFINITY;
let last = '';
try {
  await soak({
    ...(short ? SHORT : LONG),
    progress: (line) => {
      last = line;
      if (performance.now() - told < PACE) return;
      told = performance.now();
      console.log(line);
    },
  });
  console.log(last);
  console.log('sums are right, and memory is flat');
} catch (error) {
  if (!(error instanceof SoakFailure)) throw error;
  console.log(last);
  console.log(error.message);
  process.exitCode = 1;
}
