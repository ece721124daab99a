import { Core } from '../../src/core/core.js';
import type { TranslationCounters } from '../../src/core/translate/counters.js';
import type { Linking } from '../../src/core/translate/linking.js';
import { platformLinking } from '../../src/core/translate/linking.js';
import { resolveTranslation, type Translation } from '../../src/core/translate/translation.js';
import { wasmEngine } from '../../src/core/wasm-engine.js';
import { coreModule, Machine } from '../core/machine.js';
import { Random } from '../oracle/random.js';
import { FORCED } from '../tested-translation.js';

/** Bytes of memory of a test's host. */
const HOST_BYTES = 64 << 20;

/**
 * Loops, one after the other and over again, each with a sum of its own in s1; in pages of their own, `apart`
 * bytes from each other.
 */
export function manyLoops(loops: number, apart = 4096): string {
  return `
    li s1, 0
    begin: ${Array.from(
      { length: loops },
      (_, n) => `
      li t0, 20
      loop${n}: addi s1, s1, ${n + 1}
      slli t1, s1, 1
      xor s1, s1, t1
      addi t0, t0, -1
      bnez t0, loop${n}
      j part${n + 1}
      .balign ${apart}
      part${n + 1}:`,
    ).join('')}
    j begin`;
}

/** A machine on a host of its own that translates as `translation` says, besides what forces it to. */
export async function translating(source: string, translation: Translation = {}): Promise<Machine> {
  const resolved = resolveTranslation({ ...FORCED, ...translation });
  const core = await Core.create(wasmEngine(await coreModule(), 'wasm', resolved), HOST_BYTES);
  return Machine.create(source, { core });
}

/** The same machine, interpreted. */
export async function interpreting(source: string): Promise<Machine> {
  return Machine.create(source, {
    core: await Core.create(wasmEngine(await coreModule()), HOST_BYTES),
  });
}

export function countersOf(machine: Machine): TranslationCounters {
  const { translation } = machine.core;
  if (translation === undefined) throw new Error('nothing is translated on this machine');
  return translation;
}

/** Turns of the event loop in which other threads have long since compiled anything. */
const MOST_TURNS = 20_000;

/**
 * Runs both until `done`, for so many steps at least, in runs of `cut` steps between turns of the event loop.
 *
 * @throws Error if it never comes to that
 */
export async function runBoth(
  one: Machine,
  other: Machine,
  steps: bigint,
  cut: bigint,
  done: (counters: TranslationCounters) => boolean = () => true,
): Promise<void> {
  const end = one.steps + steps;
  for (let turn = 0; one.steps < end || !done(countersOf(other)); turn++) {
    if (turn === MOST_TURNS) throw new Error(JSON.stringify(countersOf(other)));
    one.run(cut);
    other.run(cut);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The platform's linking, changed in part. */
export const linkingWith = (part: Partial<Linking>): Linking => ({ ...platformLinking, ...part });

/** The platform's linking, which fails for about every third module, in whichever thread. */
export function failingLinking(seed: number): Linking {
  const random = new Random(seed);
  const fail = () => {
    if (random.oneIn(3)) throw new WebAssembly.CompileError('made to fail');
  };
  return {
    now(bytes, imports) {
      fail();
      platformLinking.now(bytes, imports);
    },
    async later(bytes, imports) {
      fail();
      await platformLinking.later(bytes, imports);
    },
  };
}
