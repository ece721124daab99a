import type { Coverage } from './coverage.js';
import type { Mismatch } from './mismatch.js';

/** Mismatches of one name that are told in full. */
const TOLD_EACH = 3;

/** The first mismatches of each name, then how many there are of all. */
export function tellMismatches(mismatches: readonly Mismatch[]): string {
  const counts = new Map<string, number>();
  const told: string[] = [];
  for (const { name, text } of mismatches) {
    const times = (counts.get(name) ?? 0) + 1;
    counts.set(name, times);
    if (times <= TOLD_EACH) told.push(text);
  }
  const summary = [...counts].map(([name, times]) => `${name} ${times}`).join(', ');
  return [...told, `mismatches: ${mismatches.length}${summary === '' ? '' : ` (${summary})`}`].join(
    '\n',
  );
}

/** What ran: instructions, rows, causes. */
export function tellCoverage(coverage: Coverage, instructions: bigint): string {
  return `instructions compared: ${instructions}\n${coverage.report()}`;
}
