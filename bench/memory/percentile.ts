/**
 * The least sample that `part` of them, from 0 to 1, do not exceed.
 *
 * @throws RangeError without samples
 */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const found = sorted[Math.max(1, Math.ceil(sorted.length * part)) - 1];
  if (found === undefined) throw new RangeError('no samples to take a percentile of');
  return found;
}
