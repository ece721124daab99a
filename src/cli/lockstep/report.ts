import type { Culprit, Difference, LockstepResult } from '../../lockstep/result.js';

/** Columns of values: their names have 12 characters at most, values 18. */
const NAME = 14;
const VALUE = 22;
const MODES: Readonly<Record<number, string>> = { 0: 'U', 1: 'S', 3: 'M' };

/** A 64-bit value; -1 is a timer that is not set. */
export const hex = (value: bigint): string =>
  value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;

const grouped = (count: number): string => count.toLocaleString('en-US');

/** What a comparison came to, for people. */
export function tellResult(result: LockstepResult): string {
  const names = result.engines.map(({ name }) => name);
  const speeds = result.engines.map(({ name, steps, fastSteps, regionSteps, seconds, speed }) => {
    const share = (count: number) => `${(steps === 0 ? 0 : (100 * count) / steps).toFixed(2)} %`;
    const regions = regionSteps === 0 ? '' : `, ${share(regionSteps)} in regions`;
    const fast = `${share(fastSteps)} of the steps by its fast path${regions}`;
    return `  ${name.padEnd(NAME + 4)}${speed.toFixed(1)} million steps a second, ${seconds} s; ${fast}`;
  });
  const lines = [verdict(result, names), ...speeds];
  if (result.difference !== null) lines.push(...tellDifference(result.difference, names));
  return `${lines.join('\n')}\n`;
}

function verdict(result: LockstepResult, names: readonly string[]): string {
  const [one, other] = names;
  const { steps, comparisons, end } = result;
  switch (result.verdict) {
    case 'equal': {
      const why = end === null ? '' : `; then ${end === 'idle' ? 'the guest waits for ever' : end}`;
      return `${one} and ${other} agree: ${grouped(steps)} steps, compared ${grouped(comparisons)} times${why}`;
    }
    case 'different':
      return `${one} and ${other} differ after step ${grouped(steps)}`;
    case 'unproven': {
      const slow = result.engines.filter(({ fastSteps }) => fastSteps === 0);
      if (slow.length === 0) {
        return `${one} and ${other} do not differ in ${grouped(steps)} steps, but none was in a region`;
      }
      const which = [...new Set(slow.map(({ name }) => name))].join(' and ');
      return `${one} and ${other} do not differ in ${grouped(steps)} steps, but the fast path of ${which} took none`;
    }
  }
}

function tellDifference(difference: Difference, names: readonly string[]): string[] {
  const { agreed, culprit, values, memory, consoles } = difference;
  const row = (name: string, ...cells: readonly string[]) =>
    `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padEnd(VALUE)).join('')}`.trimEnd();
  const lines = [''];
  if (culprit !== null) lines.push(...tellCulprit(culprit, names));
  else if (agreed >= 0)
    lines.push(`they agreed after step ${grouped(agreed)}; which step did it was not found`);
  lines.push('', row('', 'before', ...names));
  for (const { hart, name, before, values: both } of values) {
    const cells = [before, ...both].map((value) =>
      typeof value === 'bigint' ? hex(value) : (value ?? '?'),
    );
    lines.push(row(hart === null ? name : `${hart}: ${name}`, ...cells));
  }
  for (const { address, values: both } of memory?.first ?? []) {
    lines.push(row(hex(address), '', ...both.map((byte) => byte.toString(16).padStart(2, '0'))));
  }
  if (memory !== null)
    lines.push(`  ${grouped(memory.bytes)} bytes differ, in ${grouped(memory.pages)} pages`);
  for (const { console, offset, values: both } of consoles) {
    for (const [n, text] of both.entries()) {
      lines.push(`  ${console}, byte ${offset}, ${names[n]}: ${JSON.stringify(text)}`);
    }
  }
  if (culprit !== null) lines.push('', `hart ${culprit.hart} before:`, ...tellHart(culprit));
  return lines;
}

function tellCulprit(culprit: Culprit, names: readonly string[]): string[] {
  const { hart, pc, privilege, instruction, did } = culprit;
  const text = instruction === null ? 'what cannot be fetched' : instruction.text;
  const word = instruction === null ? '' : `  ${instruction.word.toString(16).padStart(4, '0')}`;
  const deeds = did.map((deed, n) => `${names[n]} ${DEEDS[deed]}`).join(', ');
  return [`hart ${hart}, mode ${MODES[privilege]}, pc ${hex(pc)}:${word}  ${text}`, `  ${deeds}`];
}

const DEEDS = {
  instruction: 'executed it',
  exception: 'took an exception',
  interrupt: 'took an interrupt',
  nothing: 'did nothing',
} as const;

/** What of a hart is not zero, three values a line. */
function tellHart({ before }: Culprit): string[] {
  const cells = Object.entries(before).map(
    ([name, value]) => `${name.padEnd(NAME)}${hex(value).padEnd(VALUE)}`,
  );
  const lines: string[] = [];
  for (let n = 0; n < cells.length; n += 3)
    lines.push(`  ${cells.slice(n, n + 3).join('')}`.trimEnd());
  return lines;
}
