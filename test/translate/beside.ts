/** The same program interpreted and translated, taken to the same steps and compared there. */
import { REGIME_COUNTERS, REGIMES } from '../../src/core/abi.js';
import { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { resolveTranslation, type Translation } from '../../src/core/translate/translation.js';
import { wasmEngine } from '../../src/core/wasm-engine.js';
import { coreModule, type Machine } from '../core/machine.js';
import { everything } from '../core/side-by-side.js';
import type { Random } from '../oracle/random.js';
import { FORCED } from '../tested-translation.js';

const HOST_BYTES = 64 << 20;

/** Of the counters by regime, what no cut of a budget changes. */
const REGIME_COUNTS = ['steps', 'missRead', 'missWrite', 'missFetch', 'traps'] as const;

/** Both tiers take turns: only what is jumped to a few times is translated, and only what was executed. */
export const MIXED: Translation = { ...FORCED, threshold: 5, eager: false };

export async function interpretingCore(): Promise<Core> {
  return Core.create(wasmEngine(await coreModule(), 'wasm-interpreter'), HOST_BYTES);
}

export async function translatingCore(translation: Translation): Promise<Core> {
  const resolved = resolveTranslation(translation);
  return Core.create(wasmEngine(await coreModule(), 'wasm', resolved), HOST_BYTES);
}

/** All of a machine that its guest can see or that repeats. */
export function allOf(machine: Machine) {
  const regimes = Array.from({ length: machine.harts }, (_, hart) =>
    REGIMES.flatMap((name, regime) =>
      REGIME_COUNTS.map((count) => {
        if (!REGIME_COUNTERS.includes(count)) throw new Error(`there is no count ${count}`);
        return `${name} ${count} ${machine.core.regimeCounter(machine.vm, hart, regime, count)}`;
      }),
    ),
  );
  return { ...everything(machine), regimes, time: machine.core.time(machine.vm) };
}

/**
 * Takes exactly `steps` steps, in pieces: where budgets are cut leaves no trace in a guest. Idle time is skipped;
 * a machine that has ended goes no further.
 */
export function advance(machine: Machine, steps: bigint, piece: () => bigint): void {
  const end = machine.steps + steps;
  while (machine.steps < end) {
    let asked = piece();
    if (machine.steps + asked > end) asked = end - machine.steps;
    const reason = machine.run(asked);
    if (reason === ExitReason.Budget) continue;
    if (reason !== ExitReason.Idle) return;
    const deadline = machine.core.deadline(machine.vm);
    if (deadline === undefined) return;
    machine.core.exports.vmSkipTo(machine.vm, deadline);
  }
}

/** Pieces of all sizes: single steps, a few, and so many that nothing is cut. */
export const randomPieces = (random: Random) => (): bigint => {
  switch (random.below(4)) {
    case 0:
      return BigInt(random.between(1, 4));
    case 1:
      return BigInt(random.between(5, 60));
    default:
      return BigInt(random.between(60, 5000));
  }
};

/** Of all harts, the steps in regions and the others. */
export function shareInRegions(machine: Machine): number {
  let inside = 0;
  for (let hart = 0; hart < machine.harts; hart++) inside += machine.counter('regionSteps', hart);
  return inside / Number(machine.steps);
}
