import { type Instruction, instructionAt } from './instruction.js';
import { HART_NAMES, type MachineState, valueIn } from './machine-state.js';
import type { Finding, Pair } from './pair.js';
import type { Both, Culprit, Deed, Difference } from './result.js';
import type { Runner } from './runner.js';

/** An interval is compared at so many places each time the guest is run anew. */
const PARTS = 64;

export interface SearchParts {
  /** The guest on both engines, before its first step. */
  readonly begin: () => Promise<Pair>;
  readonly onStep: (step: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * The step that makes two engines differ that agree after step `low` and differ after step `high`. There
 * is no way back to `low` but from the start, so each run divides the interval into many parts, and the
 * last one takes single steps. A difference that heals by itself within an interval is not seen.
 */
export async function findStep(
  parts: SearchParts,
  low: number,
  high: number,
  seen: Finding,
): Promise<Difference> {
  const lost: Difference = { step: high, agreed: low, culprit: null, ...seen };
  let [from, to] = [low, high];
  for (;;) {
    const stride = Math.ceil((to - from) / PARTS);
    await using pair = await parts.begin();
    await pair.runTo(from, parts.signal);
    // The machine of a run that does not repeat would be told wrongly.
    if (pair.compare(true) !== undefined) return lost;
    let found: Finding | undefined;
    for (let at = from; at < to && found === undefined; ) {
      const next = Math.min(at + stride, to);
      const ahead = stride === 1 ? fetchAll(pair) : [];
      const before = pair.agreed;
      await pair.runTo(next, parts.signal);
      parts.onStep(next);
      found = pair.compare(false);
      if (found === undefined) {
        at = next;
        continue;
      }
      if (stride === 1) {
        return { step: next, agreed: at, culprit: culpritOf(pair, before, ahead), ...found };
      }
      [from, to] = [at, next];
    }
    if (found === undefined) return lost;
  }
}

/** What each hart is about to execute. */
function fetchAll({ agreed, runners }: Pair): (Instruction | undefined)[] {
  return (agreed?.harts ?? []).map((hart) => {
    const privilege = Number(valueIn(hart, 'priv'));
    const space =
      valueIn(hart, 'virt') === 0n
        ? { privilege, root: valueIn(hart, 'satp') }
        : { privilege, root: valueIn(hart, 'vsatp'), guestRoot: valueIn(hart, 'hgatp') };
    return instructionAt(runners[0].vm.ram, space, valueIn(hart, 'pc'));
  });
}

/** The hart that took the step on an engine; on both, if they agree on that. */
function culpritOf(
  { runners }: Pair,
  before: MachineState | undefined,
  ahead: readonly (Instruction | undefined)[],
): Culprit | null {
  if (before === undefined) return null;
  const after = runners.map((runner: Runner) => runner.look());
  const hart = before.harts.findIndex((state, index) =>
    after.some(({ harts }) => valueIn(harts[index], 'steps') !== valueIn(state, 'steps')),
  );
  const state = before.harts[hart];
  if (state === undefined) return null;
  const did = after.map(({ harts }) => deed(state, harts[hart])) as unknown as Both<Deed>;
  const values = HART_NAMES.map((name, n) => [name, state[n] ?? 0n] as const);
  return {
    hart,
    pc: valueIn(state, 'pc'),
    privilege: Number(valueIn(state, 'priv')),
    instruction: ahead[hart] ?? null,
    did,
    before: Object.fromEntries(values.filter(([, value]) => value !== 0n)),
  };
}

function deed(before: readonly bigint[], after: readonly bigint[] | undefined): Deed {
  const rose = (name: string) => valueIn(after, name) > valueIn(before, name);
  if (rose('interrupts')) return 'interrupt';
  if (rose('exceptions')) return 'exception';
  return rose('steps') ? 'instruction' : 'nothing';
}
