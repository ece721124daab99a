import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import { programElf } from '../programs/program.js';
import { rowOf } from '../row.js';
import { alu } from '../vcpu/programs/alu.js';

/** A process's start is noisy: more runs than elsewhere. */
const RUNS = 5;
/** The package's name resolves to itself only from inside of it. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a fresh process does, as plain JavaScript: a loader for TypeScript would count, too. */
const SCRIPT = `
const bare = Buffer.from(process.argv[1], 'base64');
const began = performance.now();
const { Host } = await import('hartwood');
const host = await Host.create({ memory: '1G' });
const vm = await host.create({ guest: { bare }, memory: '256M' });
process.stdout.write(String(performance.now() - began));
await vm[Symbol.asyncDispose]();
`;

const SUBJECT = { group: 'footprint', name: 'creation', engine: 'wasm' };

/** `footprint/creation`: from the import of the library to a VM that could start, in a fresh process. */
export const creationBenchmark: Benchmark = {
  ...SUBJECT,
  run: (_extent, sink) =>
    attempt(SUBJECT, sink, async () => {
      const program = Buffer.from(programElf(alu, 1)).toString('base64');
      const args = ['--input-type=module', '--eval', SCRIPT, program];
      const samples: number[] = [];
      while (samples.length < RUNS) {
        const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
        samples.push(Number(stdout));
      }
      sink.row(rowOf({ ...SUBJECT, unit: 'ms', better: 'lower' }, samples));
    }),
};
