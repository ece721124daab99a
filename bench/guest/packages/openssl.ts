import { createCipheriv, createHash } from 'node:crypto';
import type { Benchmark } from '../../benchmark.js';
import { WrongResultError } from '../../errors.js';
import { type BenchMachine, run } from '../../machines/machine.js';
import { INTERPRETER, type MachinePair } from '../../machines/pair.js';
import { rowOf } from '../../row.js';
import { sampleText } from '../workloads/text.js';
import { installPrograms, packaged } from './debian-programs.js';

const GROUP = 'guest';
const NAME = 'openssl';
const RUNS = 3;
const TEXT = '/tmp/packages/text';
const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const LONG_KEY = Buffer.concat([KEY, KEY]);

/** An algorithm, as `openssl speed -evp` names it, and how to see that the guest's openssl has it right. */
interface Algorithm {
  readonly name: string;
  /** A command of openssl that reads TEXT. */
  readonly command: string;
  /** What it writes then, by another implementation. */
  readonly expected: (text: Uint8Array) => Uint8Array;
}

const ALGORITHMS: readonly Algorithm[] = [
  {
    name: 'sha256',
    command: 'dgst -sha256 -binary',
    expected: (text) => createHash('sha256').update(text).digest(),
  },
  encryption('aes-128-cbc', KEY),
  encryption('chacha20', LONG_KEY),
];

function encryption(name: string, key: Uint8Array): Algorithm {
  return {
    name,
    command: `enc -${name} -K ${Buffer.from(key).toString('hex')} -iv ${KEY.toString('hex')} -in`,
    expected(text) {
      const cipher = createCipheriv(name, key, KEY);
      return Buffer.concat([cipher.update(text), cipher.final()]);
    },
  };
}

/**
 * `guest/openssl-…`: megabytes (10^6 bytes) a second by `openssl speed` in blocks of 8 KiB, and `guest/openssl`,
 * their geometric mean.
 */
export function opensslBenchmark(pair: MachinePair): Benchmark {
  const common = { group: GROUP, unit: 'MB/s', better: 'higher' } as const;
  return {
    group: GROUP,
    name: NAME,
    long: true,
    async run({ shrink }, sink) {
      const runs = shrink > 1 ? 1 : RUNS;
      const measure = async (machine: BenchMachine) => {
        const { engine } = machine;
        await installPrograms(machine);
        const products = Array.from({ length: runs }, () => 1);
        for (const algorithm of ALGORITHMS) {
          await check(machine, algorithm);
          // Nothing is translated yet.
          await speed(machine, algorithm);
          const speeds: number[] = [];
          while (speeds.length < runs) speeds.push(await speed(machine, algorithm));
          sink.row(rowOf({ ...common, name: `${NAME}-${algorithm.name}`, engine }, speeds));
          for (const [i, value] of speeds.entries()) products[i] = (products[i] ?? 1) * value;
        }
        const means = products.map((product) => product ** (1 / ALGORITHMS.length));
        sink.row(rowOf({ ...common, name: NAME, engine }, means));
      };
      await pair.each({ group: GROUP, name: NAME }, sink, measure, [INTERPRETER]);
    },
  };
}

/** @throws WrongResultError if the guest's openssl computes anything else than this process's does */
async function check(machine: BenchMachine, { name, command, expected }: Algorithm): Promise<void> {
  const text = sampleText();
  await machine.agent.files.write(TEXT, text);
  const { stdout } = await run(machine, `exec ${packaged(NAME)} ${command} ${TEXT}`);
  if (Buffer.from(expected(text)).equals(stdout)) return;
  throw new WrongResultError(`openssl has a wrong result for ${name} on ${machine.engine}`);
}

/** MB/s, by the guest's clock: `-elapsed` leaves out the kernel's accounts of a process's time. */
async function speed(machine: BenchMachine, { name }: Algorithm): Promise<number> {
  const { stdout } = await run(
    machine,
    `exec ${packaged(NAME)} speed -elapsed -mr -seconds 1 -bytes 8192 -evp ${name}`,
  );
  return parseSpeed(new TextDecoder().decode(stdout));
}

/** MB/s, from the line `+F:NUMBER:NAME:BYTES A SECOND`. @throws Error if there is none */
export function parseSpeed(output: string): number {
  const bytes = Number(/^\+F:\d+:[^:]*:([\d.]+)$/m.exec(output)?.[1]);
  if (bytes > 0) return bytes / 1e6;
  throw new Error(`openssl told no speed, but: ${output.trim().slice(-200)}`);
}
