import type { Platform } from '../vm/platform.js';
import { memoryHash } from './memory-hash.js';
import { checkOptions, type LockstepOptions } from './options.js';
import { Pair } from './pair.js';
import type { Difference, LockstepProgress, LockstepResult } from './result.js';
import { findStep } from './search.js';

/**
 * Runs one guest on two engines, under a virtual clock, and compares them every so many steps: harts with
 * all their registers and CSRs, timers, consoles, and the memory that changed; all memory at the end.
 * Where they differ, the guest is run again from its start to find the first step that differs.
 *
 * @throws ConfigurationError for options that cannot be right; what `Host.create` throws; the signal's
 * reason; what ended both machines alike, if it was none of the guest's doing
 */
export async function lockstepOn(
  platform: Platform,
  options: LockstepOptions,
): Promise<LockstepResult> {
  const { engines, every, steps } = checkOptions(options);
  const { signal } = options;
  const fetching = once(platform);
  const begin = () => Pair.create(fetching, engines, options.vm, options.translate);

  await using pair = await begin();
  const report = (phase: LockstepProgress['phase'], step: number) => {
    const [one, other] = pair.runners.map((runner) => runner.figures().speed);
    options.progress?.({ phase, step, steps, speeds: [one ?? 0, other ?? 0] });
  };
  let comparisons = 0;
  let agreed = -1;
  let difference: Difference | null = null;
  for (let at = 0; difference === null; at = Math.min(at + every, steps)) {
    await pair.runTo(at, signal);
    const last = at === steps || pair.ended;
    const found = pair.compare(agreed < 0 || last);
    comparisons++;
    report('compare', at);
    if (found === undefined) {
      agreed = at;
      if (last) break;
    } else if (agreed < 0) {
      difference = { step: 0, agreed, culprit: null, ...found };
    } else {
      const onStep = (step: number) => report('search', step);
      difference = await findStep({ begin, onStep, signal }, agreed, at, found);
    }
  }

  const [one, other] = pair.runners;
  if (difference === null && one.failure !== undefined) throw one.failure;
  const figures = [one.figures(), other.figures()] as const;
  const proven =
    figures.every(({ fastSteps }) => fastSteps > 0) &&
    // Who says how translation is to be done wants it compared.
    (!options.translate || figures.some(({ regionSteps }) => regionSteps > 0));
  return {
    verdict: difference !== null ? 'different' : proven ? 'equal' : 'unproven',
    steps: difference?.step ?? figures[0].steps,
    comparisons,
    end: one.end === '' ? null : one.end,
    engines: figures,
    memory: await memoryHash(one.vm.ram),
    difference,
  };
}

/** A platform whose default guest is fetched once, for all the machines of a comparison. */
function once(platform: Platform): Platform {
  const { debian } = platform;
  if (debian === undefined) return platform;
  let image: ReturnType<typeof debian> | undefined;
  return {
    ...platform,
    debian: (options) => {
      image ??= debian(options);
      return image;
    },
  };
}
