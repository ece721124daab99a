import type { TranslationCounters } from '../../src/core/translate/counters.js';
import type { Translation } from '../../src/core/translate/translation.js';
import type { Machine } from '../core/machine.js';
import { Random } from '../oracle/random.js';
import {
  advance,
  allOf,
  interpretingCore,
  randomPieces,
  shareInRegions,
  translatingCore,
} from './beside.js';
import { lastWrite } from './last-write.js';
import { machineFor } from './program/machine.js';
import { type Leaning, type TranslateProgram, writeProgram } from './program/program.js';
import { type StateDifference, stateDifferences } from './state-differences.js';

export interface ProgramRun {
  readonly seed: number;
  readonly program: TranslateProgram;
  /** Steps compared. */
  readonly steps: bigint;
  /** Of the steps, those taken in regions. */
  readonly share: number;
  readonly counters: TranslationCounters;
  /** Undefined if the tiers agree. */
  readonly difference: string | undefined;
}

export interface ProgramRunOptions extends Leaning {
  readonly translation: Translation;
  /** Whether the translated machine's budgets are cut at random; else they end at comparisons only. */
  readonly cut: boolean;
  /** Steps to compare. */
  readonly steps?: number;
  /** Most steps between comparisons. */
  readonly every?: number;
  /** Whether the event loop has a turn after each comparison, so that modules arrive that others compile. */
  readonly breathing?: boolean;
}

const STEPS = 40_000;
const EVERY = 8_000;

/** Runs the program of a seed interpreted and translated, and compares all of both now and then. */
export async function runProgram(seed: number, options: ProgramRunOptions): Promise<ProgramRun> {
  const program = writeProgram(seed, options);
  const pair = await Pair.create(program, seed, options);
  const { steps = STEPS, every = EVERY } = options;
  const comparisons = new Random(seed, 1);
  let difference: string | undefined;
  for (let at = 0; at < steps && difference === undefined; ) {
    const next = Math.min(steps, at + comparisons.between(every >> 3, every));
    const found = pair.to(next);
    if (found.length > 0) difference = await tell(program, seed, options, at, next, found);
    at = next;
    if (options.breathing) await new Promise((resolve) => setImmediate(resolve));
  }
  const { translated } = pair;
  const counters = translated.core.translation;
  if (counters === undefined) throw new Error('nothing was translated');
  const { steps: taken } = translated;
  return { seed, program, steps: taken, share: shareInRegions(translated), counters, difference };
}

/** Both machines; the same seed and options take them the same way. */
class Pair {
  readonly #pieces: () => bigint;

  private constructor(
    readonly interpreted: Machine,
    readonly translated: Machine,
    pieces: () => bigint,
  ) {
    this.#pieces = pieces;
  }

  static async create(
    program: TranslateProgram,
    seed: number,
    { cut, translation }: ProgramRunOptions,
  ): Promise<Pair> {
    return new Pair(
      await machineFor(program, await interpretingCore()),
      await machineFor(program, await translatingCore(translation)),
      cut ? randomPieces(new Random(seed, 2)) : () => BigInt(Number.MAX_SAFE_INTEGER),
    );
  }

  /** Takes both to a step; what differs there. */
  to(step: number): StateDifference[] {
    const { interpreted, translated } = this;
    advance(interpreted, BigInt(step) - interpreted.steps, () => BigInt(step));
    advance(translated, BigInt(step) - translated.steps, this.#pieces);
    return stateDifferences(allOf(interpreted), allOf(translated));
  }
}

/** The first step after which a run from the start differs, and what does, in words. */
async function tell(
  program: TranslateProgram,
  seed: number,
  options: ProgramRunOptions,
  agreed: number,
  differs: number,
  seen: readonly StateDifference[],
): Promise<string> {
  let [low, high, found] = [agreed, differs, seen];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const pair = await Pair.create(program, seed, options);
    if (agreed > 0) pair.to(agreed);
    const here = pair.to(middle);
    if (here.length > 0) [high, found] = [middle, here];
    else low = middle;
  }
  const before = await at(program, low);
  const harts = Array.from({ length: before.harts }, (_, n) => `0x${before.pc(n).toString(16)}`);
  const writer = register(found);
  const wrote = writer && lastWrite(await at(program, agreed), writer.hart, writer.number, high);
  const lines = found.slice(0, 12).map(({ name, values }) => `  ${name}: ${values.join(', ')}`);
  return [
    `seed ${seed}: after step ${high} interpreter and regions differ; they agreed after ${low}, at ${harts.join(' ')}`,
    ...lines,
    ...(wrote === undefined ? [] : [`  the first of them was written last by ${wrote}`]),
  ].join('\n');
}

/** An interpreting machine after so many steps. */
async function at(program: TranslateProgram, step: number): Promise<Machine> {
  const machine = await machineFor(program, await interpretingCore());
  advance(machine, BigInt(step), () => BigInt(step));
  return machine;
}

/** The first register that differs. */
function register(found: readonly StateDifference[]): { hart: number; number: number } | undefined {
  for (const { name } of found) {
    const [, hart, file, number] = /^hart (\d+) ([xf])(\d+)$/.exec(name) ?? [];
    if (number !== undefined) {
      return { hart: Number(hart), number: Number(number) + (file === 'f' ? 32 : 0) };
    }
  }
  return undefined;
}
