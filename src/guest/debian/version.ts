/** Order of package versions, as Debian Policy 5.6.12 defines it: `[epoch:]upstream[-revision]`. */

/** Below 0 if `a` is the older one, 0 if they are equal, above 0 if `a` is the newer one. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  return (
    left.epoch - right.epoch ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

/** How a dependency may compare versions (Policy 7.1). */
export const OPERATORS = ['<<', '<=', '=', '>=', '>>'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Whether `version` stands in this relation to `bound`. */
export function versionMatches(version: string, operator: Operator, bound: string): boolean {
  const order = compareVersions(version, bound);
  switch (operator) {
    case '<<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>>':
      return order > 0;
  }
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)) || 0,
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    // "The absence of a debian_revision is equivalent to a debian_revision of 0."
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Compares pieces in turn: one without digits, then a number, then one without digits again. */
function comparePart(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while (!endsText(a, i) || !endsText(b, j)) {
      const order = weight(a, i) - weight(b, j);
      if (order !== 0) return order;
      i++;
      j++;
    }
    const [left, right] = [digitsAt(a, i), digitsAt(b, j)];
    i += left.length;
    j += right.length;
    // Without leading zeros the longer number is the larger one, however long it is.
    const [x, y] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')];
    if (x.length !== y.length) return x.length - y.length;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Whether a piece without digits ends here: before a digit, or with the part. */
function endsText(text: string, at: number): boolean {
  return at >= text.length || /\d/.test(text[at] ?? '');
}

function digitsAt(text: string, at: number): string {
  return /^\d*/.exec(text.slice(at))?.[0] ?? '';
}

/** `~` sorts before everything, even the end of a part; letters sort before all else. */
function weight(text: string, at: number): number {
  const character = text[at];
  if (character === undefined || /\d/.test(character)) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}
