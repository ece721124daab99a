/**
 * Measures this project beside QEMU: `npm run bench -- [NAME…] [--quick] [--out FILE]`. The table goes to
 * standard output, progress to standard error, the figures to a file. Exit status 1 if a benchmark failed or a
 * guest program had a wrong result, 2 for wrong options.
 */
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { FULL, QUICK } from './benchmark.js';
import { consoleOutputBenchmark } from './console/output.js';
import { randomBenchmarks } from './disk/random.js';
import { sequentialBenchmarks } from './disk/sequential.js';
import { peerQemu, QemuEngine } from './engines/qemu.js';
import { WasmEngine } from './engines/wasm.js';
import { UsageError } from './errors.js';
import { roundTripBenchmark } from './exec/round-trip.js';
import { throughputBenchmark } from './exec/throughput.js';
import { coreSizeBenchmark } from './footprint/core-size.js';
import { creationBenchmark } from './footprint/creation.js';
import { vmMemoryBenchmark } from './footprint/vm-memory.js';
import { bootBenchmark } from './guest/boot.js';
import { guestBenchmarks } from './guest/group.js';
import { idleBenchmark } from './guest/idle.js';
import { GuestFiles } from './guest/machines.js';
import { MachinePair } from './machines/pair.js';
import { resultsOf, writeResults } from './results-file.js';
import { ringsBenchmark } from './rings/requests.js';
import { selectBenchmarks } from './selection.js';
import { runSuite } from './suite.js';
import { formatTable } from './table.js';
import { vcpuBenchmarks } from './vcpu/group.js';

interface Options {
  readonly quick?: boolean;
  readonly out: string;
}

const LATEST = fileURLToPath(new URL('results/latest.json', import.meta.url));

async function bench(names: readonly string[], options: Options): Promise<boolean> {
  await using wasm = new WasmEngine();
  await using files = new GuestFiles();
  await using pair = new MachinePair();
  const all = [
    coreSizeBenchmark,
    creationBenchmark,
    vmMemoryBenchmark,
    ...vcpuBenchmarks(wasm, new QemuEngine()),
    bootBenchmark(files),
    idleBenchmark(files),
    ...guestBenchmarks(pair),
    ...sequentialBenchmarks(pair),
    ...randomBenchmarks(pair),
    consoleOutputBenchmark(pair),
    roundTripBenchmark(pair),
    throughputBenchmark(pair),
    ringsBenchmark,
  ];
  const chosen = selectBenchmarks(all, names);
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const [load = 0] = loadavg();
  if (load > cpus().length / 4)
    report(`this machine is busy (load ${load.toFixed(1)}): expect noise`);
  const { rows, absent, failures } = await runSuite(chosen, options.quick ? QUICK : FULL, report);

  const peers = rows.some(({ engine }) => engine === 'qemu')
    ? { qemu: (await peerQemu()).version }
    : {};
  const results = await resultsOf(rows, absent, peers);
  const named = Object.entries(peers).map(([name, version]) => `, ${name} ${version}`);
  console.log(`${results.machine}; node ${results.node}${named.join('')}`);
  console.log(formatTable(rows, absent));
  for (const failure of failures) console.log(failure);
  await writeResults(options.out, results);
  return failures.length === 0;
}

const USAGE_STATUS = 2;

const command = new Command('bench')
  .description('Measures Hartwood beside QEMU.')
  .argument('[name...]', 'groups or benchmarks: vcpu, boot, vcpu/alu; all without names')
  .option('--quick', 'fewer and shorter runs')
  .option('--out <file>', 'where the figures go', LATEST)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE_STATUS))
  .action(async (names: string[], options: Options) => {
    process.exitCode = (await bench(names, options)) ? 0 : 1;
  });
try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? USAGE_STATUS : 1;
}
