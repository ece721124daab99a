import type { Row } from '../row.js';
import { figure } from '../table.js';
import { type Bar, type Cluster, placeOf, scale, ticks } from './scale.js';

/** Pixels. Names stand left, bars in the middle, figures right. */
const WIDTH = 860;
const LEFT = 190;
const RIGHT = 190;
const TOP = 84;
const BAR = 13;
const GAP = 3;
const BETWEEN = 14;
const BOTTOM = 50;
const PLOT = WIDTH - LEFT - RIGHT;

/** Colours of the engines, which both a white and a black page can stand behind. */
const COLOURS: Readonly<Record<string, string>> = {
  wasm: '#3b7dd8',
  'wasm-interpreter': '#7fb2ec',
  ts: '#d9952b',
  qemu: '#8a8f98',
};
const OTHER = '#6aa67a';

/** Rows that stand for others. */
const MEANS = new Set([
  ...['mean', 'mean-descriptors', 'mean-bytes', 'system'],
  ...['integer', 'memory-bound', 'floating-point'],
]);

const STYLE = `
text { font: 13px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #24292f; }
.title { font-size: 17px; font-weight: 600; }
.note, .tick { font-size: 12px; fill: #57606a; }
.mean { font-weight: 700; }
.grid { stroke: #8a8f98; stroke-opacity: .25; }
.one { stroke: #57606a; stroke-width: 1.5; }
.whisker { stroke: #24292f; stroke-width: 1.2; fill: none; stroke-opacity: .75; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .note, .tick { fill: #9aa4af; }
  .one { stroke: #9aa4af; }
  .whisker { stroke: #e6edf3; }
}`;

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
const text = (x: number, y: number, content: string, rest = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${rest}>${escaped(content)}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number, kind: string) =>
  `<line class="${kind}" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`;

/** Where figures stand on the plot. */
interface Axis {
  /** Place of a ratio, or of a figure's part of its scale; within the plot. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/**
 * The rows of one group as a bar chart: SVG that stands on light and dark pages. Bars are medians, whiskers reach
 * from the smallest to the largest run. With a base (`scale`), all benchmarks share a logarithmic axis of
 * how many times as good as the base an engine is, so that a longer bar is always the better one;
 * without, bars begin at zero, and those of one unit have one scale.
 */
export function chart(group: string, rows: readonly Row[], source: string): string {
  const { base, clusters } = scale(rows);
  const bars = clusters.reduce((sum, cluster) => sum + cluster.bars.length, 0);
  const height = TOP + bars * (BAR + GAP) + clusters.length * BETWEEN + BOTTOM;
  const axis = base === undefined ? undefined : logarithmic(clusters);
  const note =
    base === undefined
      ? 'bars of one unit have one scale'
      : `times as good as '${base}', logarithmic; more is better`;
  const parts = [
    text(16, 28, group, ' class="title"'),
    text(16, 48, `${note}; whiskers from the smallest to the largest run`, ' class="note"'),
    ...legend([...new Set(rows.map(({ engine }) => engine))]),
  ];
  const bottom = height - BOTTOM;
  for (const tick of axis?.ticks ?? []) {
    const x = axis?.at(tick) ?? 0;
    parts.push(line(x, TOP - 4, x, bottom, tick === 1 ? 'one' : 'grid'));
    parts.push(text(x, bottom + 16, `${tick} ×`, ' class="tick" text-anchor="middle"'));
  }
  let y = TOP + BETWEEN / 2;
  for (const cluster of clusters) {
    const middle = y + (cluster.bars.length * (BAR + GAP)) / 2 + 3;
    const kind = MEANS.has(cluster.name) ? ' class="mean"' : '';
    parts.push(text(LEFT - 12, middle, cluster.name, ` text-anchor="end"${kind}`));
    for (const bar of cluster.bars) {
      parts.push(...drawBar(bar, y, axis ?? linear(bar, rows)));
      y += BAR + GAP;
    }
    y += BETWEEN;
  }
  parts.push(text(WIDTH - 16, height - 6, source, ' class="note" text-anchor="end"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(group)}">
<style>${STYLE}
</style>
${parts.join('\n')}
</svg>
`;
}

function legend(engines: readonly string[]): string[] {
  let x = 16;
  const inOrder = engines.toSorted((a, b) => placeOf(a) - placeOf(b));
  return inOrder.flatMap((engine) => {
    const mark = `<rect x="${x}" y="58" width="11" height="11" rx="2" fill="${COLOURS[engine] ?? OTHER}"/>`;
    const label = text(x + 16, 68, engine);
    x += 34 + engine.length * 7.6;
    return [mark, label];
  });
}

/** An axis that has all ratios of these bars and 1, and begins far enough below them for the shortest to be seen. */
function logarithmic(clusters: readonly Cluster[]): Axis {
  const ratios = clusters.flatMap(({ bars }) => bars.flatMap(({ ratio }) => ratio ?? []));
  const low = Math.min(1, ...ratios.map((ratio) => ratio.low)) / 1.6;
  const high = Math.max(1.25, ...ratios.map((ratio) => ratio.high));
  const span = Math.log(high / low);
  const at = (value: number) => LEFT + (Math.log(value / low) / span) * PLOT;
  const all = ticks(low, high);
  const few = all.length > 9 ? all.filter((tick) => Number.isInteger(Math.log10(tick))) : all;
  return { at, ticks: few };
}

/** An axis from zero to the largest figure of the bar's unit. */
function linear({ row }: Bar, rows: readonly Row[]): Axis {
  const same = rows.filter(({ unit }) => unit === row.unit);
  const most = Math.max(...same.map(({ max }) => max)) || 1;
  return { at: (value) => LEFT + (value / most) * PLOT, ticks: [] };
}

function drawBar({ row, ratio }: Bar, y: number, { at, ticks: lines }: Axis): string[] {
  const isRatio = lines.length > 0;
  const base = y + BAR - 2;
  const own = text(WIDTH - 16, base, `${figure(row.median)} ${row.unit}`, ' text-anchor="end"');
  const scaled = isRatio ? ratio : { median: row.median, low: row.min, high: row.max };
  if (scaled === undefined) return [own];
  const width = Math.max(1, at(scaled.median) - LEFT);
  const middle = y + BAR / 2;
  const [low, high] = [at(scaled.low), at(scaled.high)];
  const whisker =
    high - low < 1
      ? []
      : [
          line(low, middle, high, middle, 'whisker'),
          line(low, y + 3, low, y + BAR - 3, 'whisker'),
          line(high, y + 3, high, y + BAR - 3, 'whisker'),
        ];
  const times = `${figure(scaled.median)} ×`;
  return [
    `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${COLOURS[row.engine] ?? OTHER}"/>`,
    ...whisker,
    ...(isRatio ? [text(LEFT + PLOT + 68, base, times, ' text-anchor="end"')] : []),
    own,
  ];
}
