import { Image } from '../code.js';
import type { Coverage } from '../coverage.js';
import { FULL_CPU } from '../cpu.js';
import type { Machine, Outcome } from '../machine.js';
import type { Mismatch } from '../mismatch.js';
import { Random } from '../random.js';
import { BLOCK_SIZE, HARNESS_SIZE } from './block.js';
import { differences, trapCauses } from './differences.js';
import { currentBlock, harness } from './harness.js';
import { type RandomProgram, silence, writeProgram } from './program.js';
import { tellProgram } from './story.js';

/** Most programs of one run. The last of them may lock PMP entries, which only a reset unlocks. */
export const CHAIN = 64;

export interface ProgramOptions {
  readonly seed: number;
  /** Programs, from number `first` on. */
  readonly count: number;
  readonly first?: number | undefined;
  /** Mismatching programs that are reduced to what they need; the others are only counted. */
  readonly reduce?: number;
}

type Machines = readonly [oracle: Machine, subject: Machine];

/** Runs random programs on both machines; what differed, the first ones reduced. */
export async function comparePrograms(
  machines: Machines,
  options: ProgramOptions,
  coverage: Coverage,
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  const first = options.first ?? 0;
  const end = first + options.count;
  for (let from = first; from < end; from += CHAIN - (from % CHAIN)) {
    const count = Math.min(CHAIN - (from % CHAIN), end - from);
    const { image, programs } = writeChain(options.seed, from, count);
    const outcomes = await both(machines, image);
    for (const [n, { ended, memory }] of outcomes.entries()) {
      if (ended) continue;
      const number = from + (currentBlock(memory) - blockOf(from)) / BLOCK_SIZE;
      const text = `program ${number} of seed ${options.seed} does not end on ${machines[n]?.name}`;
      mismatches.push({ name: 'no end', text });
    }
    const [oracle, subject] = outcomes.map(({ memory }) => memory) as [Uint8Array, Uint8Array];
    coverage.row('mret', count);
    for (const [n, program] of programs.entries()) {
      const block = blockOf(from + n);
      for (const cause of trapCauses(oracle, block)) coverage.cause(cause);
      coverage.row('sret', trapCauses(oracle, block, 'supervisor').length);
      const found = differences(oracle, subject, block);
      if (found.length === 0) continue;
      const name = `program ${from + n}`;
      const text =
        mismatches.length < (options.reduce ?? 3)
          ? await reduce(machines, image, program, block, found)
          : found.slice(0, 2).join('\n');
      mismatches.push({ name, text: `${name} of seed ${options.seed}:\n${text}` });
    }
  }
  return mismatches;
}

/** A program always stands at the same place, so that it can be repeated alone. */
const blockOf = (number: number) => HARNESS_SIZE + (number % CHAIN) * BLOCK_SIZE;

/** RAM with a run of `count` programs from number `from` on, within one chain. */
export function writeChain(
  seed: number,
  from: number,
  count: number,
): { readonly image: Image; readonly programs: readonly RandomProgram[] } {
  const image = new Image(blockOf(from + count - 1) + BLOCK_SIZE, 0);
  const programs = Array.from({ length: count }, (_, n) => write(image, seed, from + n));
  image.copy(harness({ programs: count, block: blockOf(from) }), 0);
  return { image, programs };
}

function write(image: Image, seed: number, number: number): RandomProgram {
  const locked = number % CHAIN === CHAIN - 1;
  return writeProgram(image, blockOf(number), new Random(seed, 0x1_0000 + number), locked);
}

async function both([oracle, subject]: Machines, image: Image): Promise<[Outcome, Outcome]> {
  return Promise.all([oracle.run(image.bytes, FULL_CPU), subject.run(image.bytes, FULL_CPU)]);
}

/** Silences as many groups as the mismatch survives, then tells what is left. */
async function reduce(
  machines: Machines,
  chain: Image,
  program: RandomProgram,
  block: number,
  together: readonly string[],
): Promise<string> {
  const alone = new Image(block + BLOCK_SIZE, 0);
  alone.copy(chain.bytes.subarray(block, block + BLOCK_SIZE), block);
  alone.copy(harness({ programs: 1, block }), 0);
  const differ = async (silent: ReadonlySet<number>): Promise<string[]> => {
    const image = new Image(alone.bytes.length, 0);
    image.copy(alone.bytes, 0);
    for (const n of silent) silence(image, program, n);
    const [oracle, subject] = await both(machines, image);
    return differences(oracle.memory, subject.memory, block);
  };
  const silent = new Set<number>();
  let last = await differ(silent);
  if (last.length === 0) {
    const all = program.groups.map((_, n) => n);
    const told = tellProgram(alone, program, block, all).split('\n').slice(0, 2);
    return ['only together with the programs before it', ...told, ...together].join('\n');
  }
  for (let size = program.groups.length >> 1; size > 0; size >>= 1) {
    for (let from = 0; from < program.groups.length; from += size) {
      const chunk = Array.from({ length: size }, (_, i) => from + i).filter((n) => !silent.has(n));
      if (chunk.length === 0) continue;
      const found = await differ(new Set([...silent, ...chunk]));
      if (found.length === 0) continue;
      for (const n of chunk) silent.add(n);
      last = found;
    }
  }
  const kept = program.groups.map((_, n) => n).filter((n) => !silent.has(n));
  return [tellProgram(alone, program, block, kept), ...last].join('\n');
}
