import { describe, expect, test } from 'vitest';
import { type Row, rowOf } from '../row.js';
import { chart } from './chart.js';
import { scale, ticks } from './scale.js';

function row(name: string, engine: string, samples: number[], subject: Partial<Row> = {}): Row {
  const known = { group: 'g', name, engine, unit: 'MIPS', better: 'higher' } as const;
  return { ...rowOf(known, samples), ...subject };
}

describe('scale', () => {
  test('takes the baseline as the base where most benchmarks have it, else QEMU', () => {
    const rows = [row('a', 'wasm', [60, 80, 90]), row('a', 'ts', [10]), row('a', 'qemu', [200])];
    expect(scale(rows)).toMatchObject({
      base: 'ts',
      clusters: [{ name: 'a', bars: [{ ratio: { median: 8, low: 6, high: 9 } }, {}, {}] }],
    });
    const more = [...rows, row('b', 'qemu', [1]), row('c', 'qemu', [1])];
    expect(scale(more).base).toBe('qemu');
    expect(scale([row('a', 'wasm', [1])]).base).toBe(undefined);
  });

  test('a lower time is so many times as good', () => {
    const better = 'lower';
    const rows = [row('a', 'wasm', [2, 4, 5], { better }), row('a', 'qemu', [8], { better })];
    expect(scale(rows).clusters[0]?.bars[0]?.ratio).toEqual({ median: 2, low: 1.6, high: 4 });
  });

  test('engines have one order', () => {
    const rows = ['qemu', 'ts', 'wasm-interpreter', 'wasm'].map((name) => row('a', name, [1]));
    const engines = scale(rows).clusters[0]?.bars.map((bar) => bar.row.engine);
    expect(engines).toEqual(['wasm', 'wasm-interpreter', 'ts', 'qemu']);
  });
});

test('an axis has its round ratios', () => {
  expect(ticks(0.4, 21)).toEqual([0.5, 1, 2, 5, 10, 20]);
  expect(ticks(1, 1)).toEqual([1]);
});

describe('a chart', () => {
  const rows = [row('a', 'wasm', [60, 80, 90]), row('a', 'ts', [10, 10, 11])];
  const svg = chart('vcpu', rows, 'a <machine> & "commit"');

  test('says what each bar is: benchmark, engine, figure, ratio', () => {
    for (const said of ['>vcpu<', '>a<', '>wasm<', '>ts<', '>80.0 MIPS<', '>8.00 ×<', '>1.00 ×<']) {
      expect(svg).toContain(said);
    }
  });

  test('has a longer bar for the faster engine', () => {
    const [wasm = 0, ts = 0] = [...svg.matchAll(/<rect x="190" y="\d+" width="([\d.]+)"/g)].map(
      ([, width]) => Number(width),
    );
    expect(wasm).toBeGreaterThan(2 * ts);
  });

  test('is well-formed whatever it is told', () => {
    expect(svg).toContain('a &lt;machine&gt; &amp;');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const odd = chart('g', [row('idle', 'wasm', [0]), row('idle', 'qemu', [0])], '');
    expect(odd).not.toMatch(/NaN|Infinity|undefined/);
  });
});
