import type { Benchmark } from '../../benchmark.js';
import { type BenchMachine, run } from '../../machines/machine.js';
import { INTERPRETER, type MachinePair, PAIR_ENGINES } from '../../machines/pair.js';
import { rowOf } from '../../row.js';
import { notInQuick } from '../not-in-quick.js';
import { installPrograms, packaged } from './debian-programs.js';

const SUBJECT = { group: 'guest', name: '7zz', unit: 'MIPS', better: 'higher' } as const;
/** Rounds of compression and decompression; each gives a sample. */
const ROUNDS = 3;
/**
 * One thread, a dictionary of 256 KiB, and the least work for a round: a quarter of the operations that the
 * processor, by the program's own count, does in a second.
 */
const COMMAND = `b ${ROUNDS} -mmt1 -md18 -mtime=0`;

/**
 * `guest/7zz`: the benchmark of Debian's 7-Zip, in its own unit: the operations that compression and
 * decompression by LZMA are reckoned to take. It checks what it decompresses.
 */
export function sevenZipBenchmark(pair: MachinePair): Benchmark {
  return {
    ...SUBJECT,
    async run({ shrink }, sink) {
      // Before the first round it times 4 thousand million operations, whatever it is asked for.
      if (shrink > 1) return notInQuick(SUBJECT, PAIR_ENGINES, sink);
      const measure = async (machine: BenchMachine) => {
        await installPrograms(machine);
        const { stdout } = await run(machine, `exec ${packaged('7zz')} ${COMMAND}`);
        const ratings = parseRatings(new TextDecoder().decode(stdout));
        sink.row(rowOf({ ...SUBJECT, engine: machine.engine }, ratings));
      };
      await pair.each(SUBJECT, sink, measure, [INTERPRETER]);
    },
  };
}

/**
 * The rating of each round, the mean of compression's and decompression's as 7-Zip takes it. A round's line has
 * the dictionary's logarithm, then speed, usage, rating by usage, and rating of each.
 *
 * @throws Error if there is none
 */
export function parseRatings(output: string): number[] {
  const half = String.raw`\s+\d+\s+\d+\s+\d+\s+(\d+)`;
  const lines = output.matchAll(new RegExp(`^\\d+:${half}\\s+\\|${half}\\s*$`, 'gm'));
  const ratings = [...lines].map(
    ([, packing, unpacking]) => (Number(packing) + Number(unpacking)) / 2,
  );
  if (ratings.length > 0) return ratings;
  throw new Error(`7zz printed no rating, but: ${output.trim().slice(-200)}`);
}
