/** Names given when one is mistyped. */
const MOST = 4;
/** Letters that may differ. */
const FARTHEST = 2;

/** The names that differ least from one that is none, nearest first; those that begin with it last. */
export function nearNames(name: string, names: Iterable<string>): string[] {
  const near: { candidate: string; far: number }[] = [];
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) <= FARTHEST) {
      const far = distance(name, candidate);
      // Short names are all near each other.
      if (far <= Math.min(FARTHEST, Math.floor(name.length / 3))) near.push({ candidate, far });
    } else if (name.length > 2 && candidate.startsWith(`${name}-`)) {
      near.push({ candidate, far: FARTHEST + 1 });
    }
  }
  near.sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1));
  return near.slice(0, MOST).map(({ candidate }) => candidate);
}

/** Letters to add, drop, change or swap with the next one (Damerau and Levenshtein). */
function distance(a: string, b: string): number {
  let [older, old]: [number[], number[]] = [[], [...b, ''].map((_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (old[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (old[j - 1] ?? 0) + Number(!same),
        swapped ? (older[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [older, old] = [old, row];
  }
  return old[b.length] ?? 0;
}
