/**
 * Measures this project's engines beside each other and QEMU: `npm run bench -- [NAME…] [--engine NAME,…] [--quick]
 * [--out FILE] [--compare FILE]`. The table goes to standard output, progress to standard error, the
 * figures to a file. Exit status 1 if a benchmark failed or a guest program had a wrong result, 2 for
 * wrong options, before anything is measured.
 */
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { FULL, QUICK } from './benchmark.js';
import { compareRows, NOISE_RULE, summarizeComparison } from './comparison.js';
import { consoleOutputBenchmark } from './console/output.js';
import { randomBenchmarks } from './disk/random.js';
import { sequentialBenchmarks } from './disk/sequential.js';
import { ProgramEngines } from './engines/all.js';
import { chooseEngines } from './engines/names.js';
import { peerQemu } from './engines/qemu.js';
import { UsageError } from './errors.js';
import { roundTripBenchmark } from './exec/round-trip.js';
import { throughputBenchmark } from './exec/throughput.js';
import { coreSizeBenchmark } from './footprint/core-size.js';
import { creationBenchmark } from './footprint/creation.js';
import { vmMemoryBenchmark } from './footprint/vm-memory.js';
import { bootBenchmark } from './guest/boot.js';
import { GUEST_MEANS, guestBenchmarks } from './guest/group.js';
import { idleBenchmark } from './guest/idle.js';
import { GuestFiles } from './guest/machines.js';
import { heedSignals } from './leftovers.js';
import { MachinePair } from './machines/pair.js';
import { describeMarks } from './marks.js';
import { memoryBenchmarks } from './memory/group.js';
import { nestedBenchmarks } from './nested/group.js';
import { pausesBenchmark } from './pauses/group.js';
import { checkPlace, readResults, resultsOf, writeResults } from './results-file.js';
import { RINGS_MEANS, ringsBenchmarks } from './rings/group.js';
import { selectBenchmarks } from './selection.js';
import { runSuite } from './suite.js';
import { formatTable } from './table.js';
import { TRANSLATION_MEANS, translationBenchmarks } from './translation/group.js';
import { VCPU_MEANS, vcpuBenchmarks } from './vcpu/group.js';

interface Options {
  readonly quick?: boolean;
  readonly engine?: string;
  readonly compare?: string;
  readonly out: string;
}

const LATEST = fileURLToPath(new URL('results/latest.json', import.meta.url));

async function bench(names: readonly string[], options: Options): Promise<boolean> {
  const began = performance.now();
  const wants = chooseEngines(options.engine, options.quick === true);
  const before = options.compare === undefined ? undefined : await readResults(options.compare);
  await using engines = new ProgramEngines();
  await using files = new GuestFiles();
  await using pair = new MachinePair();
  const all = [
    coreSizeBenchmark,
    creationBenchmark,
    vmMemoryBenchmark,
    ...vcpuBenchmarks(engines.all),
    ...translationBenchmarks(engines.all),
    ...nestedBenchmarks(engines.all),
    ...ringsBenchmarks(),
    bootBenchmark(files),
    idleBenchmark(files),
    pausesBenchmark,
    ...memoryBenchmarks,
    ...guestBenchmarks(pair),
    ...sequentialBenchmarks(pair),
    ...randomBenchmarks(pair),
    consoleOutputBenchmark(pair),
    roundTripBenchmark(pair),
    throughputBenchmark(pair),
  ];
  const chosen = selectBenchmarks(all, names, options.quick);
  await checkPlace(options.out);
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const [load = 0] = loadavg();
  if (load > cpus().length / 4)
    report(`this machine is busy (load ${load.toFixed(1)}): expect noise`);
  const extent = options.quick ? QUICK : FULL;
  const means = [...VCPU_MEANS, ...TRANSLATION_MEANS, ...RINGS_MEANS, ...GUEST_MEANS];
  const outcome = await runSuite(chosen, { extent, wants, means, report });
  const { rows, absent, failures } = outcome;

  const peers = rows.some(({ engine }) => engine === 'qemu')
    ? { qemu: (await peerQemu()).version }
    : {};
  const results = await resultsOf(rows, absent, peers);
  const named = Object.entries(peers).map(([name, version]) => `, ${name} ${version}`);
  console.log(`${results.machine}; node ${results.node}${named.join('')}`);
  const comparison = before === undefined ? undefined : compareRows(before.rows, rows);
  console.log(formatTable(rows, absent, comparison));
  if (before !== undefined && comparison !== undefined) {
    for (const line of summarizeComparison(comparison, options.compare ?? '')) console.log(line);
    for (const what of ['machine', 'node'] as const) {
      if (before[what] === results[what]) continue;
      console.log(`beware: measured on another ${what} then: ${before[what]}`);
    }
  }
  for (const line of describeMarks(rows)) console.log(line);
  for (const failure of failures) console.log(failure);
  await writeResults(options.out, results);
  const parts = [...outcome.seconds].map(([group, seconds]) => `${group} ${Math.round(seconds)}`);
  const total = Math.round((performance.now() - began) / 1000);
  console.log(`${total} s in all: ${parts.join(', ')}`);
  return failures.length === 0;
}

const USAGE_STATUS = 2;

const command = new Command('bench')
  .description('Measures Hartwood and its peers side by side.')
  .argument('[name...]', 'groups or benchmarks: vcpu, boot, vcpu/alu; all without names')
  .option('--engine <names>', 'only these, with commas between: wasm, wasm-interpreter, ts, qemu')
  .option('--quick', 'fewer and shorter runs')
  .option('--out <file>', 'where the figures go', LATEST)
  .option('--compare <file>', 'marks what changed since the figures of this file')
  .addHelpText('after', `\nWhat --compare marks: ${NOISE_RULE}.`)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE_STATUS))
  .action(async (names: string[], options: Options) => {
    process.exitCode = (await bench(names, options)) ? 0 : 1;
  });
heedSignals();
try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? USAGE_STATUS : 1;
}
