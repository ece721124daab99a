import { HART_COUNTERS } from '../../src/core/abi.js';
import type { allOf } from './beside.js';

/** A value that differs, on the interpreter and in translation. */
export interface StateDifference {
  readonly name: string;
  readonly values: readonly [string, string];
}

/**
 * How the host's half of TLB entries was made good again, and stores into pages with decoded code: translation decodes
 * earlier, which no guest can notice.
 */
const OWN_COUNTERS = [HART_COUNTERS.indexOf('missRefill'), HART_COUNTERS.indexOf('missCode')];

type State = ReturnType<typeof allOf>;

/** `Machine.state` has pc and the like behind the registers. */
const hex = (value: string | undefined) =>
  value === undefined ? 'nothing' : `0x${BigInt(value).toString(16)}`;

/** What differs between two machines: registers, CSRs, counters, and the first byte of each page. */
export function stateDifferences(a: State, b: State): StateDifference[] {
  const found: StateDifference[] = [];
  const check = (name: string, x: string, y: string) => {
    if (x !== y) found.push({ name, values: [x, y] });
  };
  check('steps', String(a.steps), String(b.steps));
  check('time', String(a.time), String(b.time));
  for (const [hart, state] of a.harts.entries()) {
    const [x, y] = [state.split(' '), (b.harts[hart] ?? '').split(' ')];
    for (const [n, value] of x.entries()) check(`hart ${hart} ${place(n)}`, hex(value), hex(y[n]));
    const csrs = (b.csrs[hart] ?? '').split('\n');
    for (const [n, line] of (a.csrs[hart] ?? '').split('\n').entries()) {
      check(`hart ${hart} CSR`, line, csrs[n] ?? '');
    }
    for (const [n, value] of (a.counters[hart] ?? []).entries()) {
      if (OWN_COUNTERS.includes(n)) continue;
      check(`hart ${hart} counter ${n}`, String(value), String(b.counters[hart]?.[n]));
    }
    for (const [n, line] of (a.regimes[hart] ?? []).entries()) {
      check(`hart ${hart} count`, line, b.regimes[hart]?.[n] ?? '');
    }
  }
  check('activities', a.activities.join(' '), b.activities.join(' '));
  for (const page of new Set([...a.memory.keys(), ...b.memory.keys()])) {
    const [x = '', y = ''] = [a.memory.get(page), b.memory.get(page)];
    if (x !== y) found.push(firstByte(page, x, y));
  }
  return found;
}

function place(n: number): string {
  if (n < 32) return `x${n}`;
  if (n < 64) return `f${n - 32}`;
  return ['pc', 'privilege', 'fcsr'][n - 64] ?? `CSR ${n - 67}`;
}

function firstByte(page: number, a: string, b: string): StateDifference {
  const [x, y] = [Buffer.from(a, 'base64'), Buffer.from(b, 'base64')];
  let at = 0;
  while (at < 4096 && (x[at] ?? 0) === (y[at] ?? 0)) at++;
  const name = `memory 0x${(0x8000_0000 + page * 4096 + at).toString(16)}`;
  return { name, values: [`0x${(x[at] ?? 0).toString(16)}`, `0x${(y[at] ?? 0).toString(16)}`] };
}
