/** Compares this project's machine with QEMU: `npm run oracle -- --seed N --only NAME --count N`. */
import { Command } from 'commander';
import { Coverage } from './coverage.js';
import { hartwood } from './hartwood.js';
import { compareOperands } from './operands/campaign.js';
import { comparePrograms } from './programs/campaign.js';
import { qemu } from './qemu.js';

const command = new Command('oracle')
  .option('--seed <number>', 'repeat the campaign of this seed', Number)
  .option('--only <name>', 'only this instruction, or only `programs`')
  .option('--first <number>', 'begin with this program', Number)
  .option('--count <number>', 'cases of each instruction, or programs', Number, 1000)
  .parse();
const options = command.opts<{ seed?: number; only?: string; first?: number; count: number }>();
const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
console.log(`seed ${seed}`);
const coverage = new Coverage();
const subject = await hartwood();
const machines = [await qemu(), subject] as const;
const { only, first, count } = options;
const mismatches =
  only === 'programs' ? [] : await compareOperands(machines, { seed, count, only }, coverage);
if (only === undefined || only === 'programs') {
  mismatches.push(...(await comparePrograms(machines, { seed, count, first }, coverage)));
}
const told = new Map<string, number>();
for (const { name, text } of mismatches) {
  const times = (told.get(name) ?? 0) + 1;
  told.set(name, times);
  if (times <= 3) console.log(text);
}
console.log(`instructions retired by both machines: ${subject.instructions()}`);
console.log(coverage.report());
console.log(`mismatches: ${mismatches.length}`);
process.exitCode = mismatches.length === 0 ? 0 : 1;
