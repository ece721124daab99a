import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import { type RowSubject, rowOf } from '../row.js';
import type { MEASUREMENTS } from './all.js';
import { measureInProcess } from './own-process.js';
import { checkRunFrom } from './run-from.js';

const GROUP = 'memory';
const ENGINE = 'wasm';

type Rows = Readonly<Record<string, Pick<RowSubject, 'unit' | 'better'>>>;

interface Part {
  readonly measured: keyof typeof MEASUREMENTS;
  readonly rows: Rows;
  /** @throws UnavailableError if it cannot be had here */
  readonly check?: () => Promise<void>;
}

const less = (unit: string) => ({ unit, better: 'lower' }) as const;
const more = (unit: string) => ({ unit, better: 'higher' }) as const;

const PARTS: readonly Part[] = [
  { measured: 'forks', rows: { fork: less('ms'), 'fork-p99': less('ms') } },
  {
    measured: 'many-forks',
    rows: {
      'forks-1000': less('s'),
      'fork-memory': less('KiB'),
      'fork-memory-idle': less('KiB'),
      'fork-script': less('KiB'),
    },
  },
  {
    measured: 'exec-rounds',
    rows: {
      'answers-500': more('guests'),
      'exec-round-500': less('s'),
      'answers-1000': more('guests'),
      'exec-round-1000': less('s'),
    },
  },
  {
    measured: 'identities',
    rows: {
      'distinct-random': more('guests'),
      'distinct-host-names': more('guests'),
      'distinct-macs': more('guests'),
      'fork-identity': less('ms'),
    },
  },
  {
    measured: 'restores',
    rows: {
      'lazy-restore': less('ms'),
      'lazy-restore-p90': less('ms'),
      'eager-restore': less('ms'),
    },
  },
  { measured: 'run-from', rows: { 'run-from': less('s') }, check: checkRunFrom },
  {
    measured: 'snapshots',
    rows: {
      'snapshot-write': more('MB/s'),
      'snapshot-stored': less('MB'),
      'snapshot-pause': less('ms'),
      'usual-pause': less('ms'),
      'snapshot-incremental': less('s'),
    },
  },
  { measured: 'tracking', rows: { tracking: less('%') } },
];

/** `memory/…`: what forks and snapshots of a booted guest cost. Each part is measured in a process of its own. */
export const memoryBenchmarks: readonly Benchmark[] = PARTS.map(({ measured, rows, check }) => ({
  group: GROUP,
  name: measured,
  async run({ runs, shrink }, sink) {
    await attempt({ group: GROUP, name: measured, engine: ENGINE }, sink, async () => {
      await check?.();
      const samples = await measureInProcess(measured, { rounds: runs, shrink });
      for (const [name, { unit, better }] of Object.entries(rows)) {
        const subject = { group: GROUP, name, engine: ENGINE, unit, better };
        sink.row(rowOf(subject, samples[name] ?? []));
      }
    });
  },
}));
