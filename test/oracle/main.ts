/** Compares this project's machine with QEMU: `npm run oracle -- --seed N --only NAME --count N`. */
import { Command } from 'commander';
import { Coverage } from './coverage.js';
import { hartwood } from './hartwood.js';
import { compareWorlds } from './hypervisor/campaign.js';
import { StageCoverage } from './hypervisor/stage-coverage.js';
import type { Mismatch } from './mismatch.js';
import { compareOperands } from './operands/campaign.js';
import { comparePrograms } from './programs/campaign.js';
import { qemu } from './qemu.js';
import { tellCoverage, tellMismatches } from './report.js';

/** The names of random programs and of hypervisors' worlds among those for `--only`. */
const PROGRAMS = 'programs';
const TWO_STAGE = 'two-stage';

const command = new Command('oracle')
  .description('compares this machine with QEMU on random operands and random programs')
  .option('--seed <number>', 'repeat the campaign of this seed', Number)
  .option(
    '--only <name>',
    'an instruction, illegal, csr-numbers, misaligned-jumps, hypervisor-csrs, programs, or two-stage',
  )
  .option('--first <number>', 'the first program or world', Number, 0)
  .option('--count <number>', 'cases of each instruction; programs; worlds', Number, 1000)
  .parse();
const { only, first, count, ...options } = command.opts<{
  seed?: number;
  only?: string;
  first: number;
  count: number;
}>();
const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
const [oracle, subject] = [await qemu(), await hartwood()];
console.log(`seed ${seed}, against QEMU ${oracle.version}`);

const coverage = new Coverage();
const machines = [oracle, subject] as const;
const mismatches: Mismatch[] = [];
if (only !== PROGRAMS && only !== TWO_STAGE) {
  mismatches.push(...(await compareOperands(machines, { seed, count, only }, coverage)));
}
if (only === undefined || only === PROGRAMS) {
  mismatches.push(...(await comparePrograms(machines, { seed, count, first }, coverage)));
}
const stages = new StageCoverage();
if (only === undefined || only === TWO_STAGE) {
  mismatches.push(...(await compareWorlds(machines, { seed, count, first }, stages)));
}
console.log(tellMismatches(mismatches));
console.log(stages.report());
console.log(tellCoverage(coverage, subject.instructions()));
process.exitCode = mismatches.length === 0 ? 0 : 1;
