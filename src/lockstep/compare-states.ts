import { HART_NAMES, type MachineState } from './machine-state.js';
import type { Both, ValueDifference } from './result.js';

const MACHINE_NAMES = ['steps', 'time', 'deadline', 'end'] as const;

/** The values that differ; `before` is the machine when both were last equal. */
export function compareStates(
  before: MachineState | undefined,
  [a, b]: Both<MachineState>,
): ValueDifference[] {
  const found: ValueDifference[] = [];
  for (const name of MACHINE_NAMES) {
    if (a[name] === b[name]) continue;
    found.push({ hart: null, name, before: before?.[name] ?? null, values: [a[name], b[name]] });
  }
  for (const [hart, values] of a.harts.entries()) {
    for (const [n, name] of HART_NAMES.entries()) {
      const [x = 0n, y = 0n] = [values[n], b.harts[hart]?.[n]];
      if (x === y) continue;
      found.push({ hart, name, before: before?.harts[hart]?.[n] ?? null, values: [x, y] });
    }
  }
  return found;
}
