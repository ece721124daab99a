/** Compares this project's machine with QEMU: `npm run oracle -- --seed N --only NAME --count N`. */
import { Command } from 'commander';
import { Coverage } from './coverage.js';
import { compareOperands } from './operands/campaign.js';
import { qemu } from './qemu.js';
import { hartwood } from './hartwood.js';

const command = new Command('oracle')
  .option('--seed <number>', 'repeat the campaign of this seed', Number)
  .option('--only <name>', 'only this instruction')
  .option('--count <number>', 'cases of each instruction', Number, 1000)
  .parse();
const options = command.opts<{ seed?: number; only?: string; count: number }>();
const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
console.log(`seed ${seed}`);
const coverage = new Coverage();
const machines = [await qemu(), process.env.SELF ? await qemu() : await hartwood()] as const;
const mismatches = await compareOperands(
  machines,
  { seed, ...options, only: options.only },
  coverage,
);
const told = new Map<string, number>();
for (const { name, text } of mismatches) {
  const times = (told.get(name) ?? 0) + 1;
  told.set(name, times);
  if (times <= 3) console.log(text);
}
console.log([...told].map(([name, times]) => `${name}: ${times}`).join(' '));
console.log(coverage.report());
