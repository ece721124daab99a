/**
 * Measures this project beside QEMU: `npm run bench -- [NAME…] [--quick] [--out FILE]`. The table goes to
 * standard output, progress to standard error, the figures to a file. Exit status 1 if a benchmark failed or a
 * guest program had a wrong result, 2 for wrong options.
 */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { FULL, QUICK } from './benchmark.js';
import { peerQemu, QemuEngine } from './engines/qemu.js';
import { WasmEngine } from './engines/wasm.js';
import { UsageError } from './errors.js';
import { coreSizeBenchmark } from './footprint/core-size.js';
import { creationBenchmark } from './footprint/creation.js';
import { vmMemoryBenchmark } from './footprint/vm-memory.js';
import { bootBenchmark } from './guest/boot.js';
import { idleBenchmark } from './guest/idle.js';
import { GuestFiles } from './guest/machines.js';
import { resultsOf, writeResults } from './results-file.js';
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
  const all = [
    coreSizeBenchmark,
    creationBenchmark,
    vmMemoryBenchmark,
    ...vcpuBenchmarks(wasm, new QemuEngine()),
    bootBenchmark(files),
    idleBenchmark(files),
  ];
  const chosen = selectBenchmarks(all, names);
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const { rows, absent, failures } = await runSuite(chosen, options.quick ? QUICK : FULL, report);

  const version = await peerQemu().then(
    (qemu) => ({ qemu: qemu.version }),
    () => ({}),
  );
  const results = await resultsOf(rows, absent, version);
  await writeResults(options.out, results);
  const peers = Object.entries(results.peers).map(([name, text]) => `, ${name} ${text}`);
  console.log(`${results.machine}; node ${results.node}${peers.join('')}`);
  console.log(formatTable(rows, absent));
  for (const failure of failures) console.log(failure);
  return failures.length === 0;
}

let succeeded = false;
const command = new Command('bench')
  .description('Measures Hartwood beside QEMU.')
  .argument('[name...]', 'groups or benchmarks: vcpu, boot, vcpu/alu; all without names')
  .option('--quick', 'fewer and shorter runs')
  .option('--out <file>', 'where the figures go', LATEST)
  .action(async (names: string[], options: Options) => {
    succeeded = await bench(names, options);
  });
try {
  await command.parseAsync();
  process.exitCode = succeeded ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}
