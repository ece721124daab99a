import type { Row } from './row.js';
import { figure } from './table.js';

/** What a row of ours is held to, and what it should come to. */
interface Mark {
  readonly row: string;
  /** The peer by whose figure it is divided; without one it is itself what counts, and the worst run of it. */
  readonly beside?: 'qemu';
  readonly promised: number;
  readonly aim: number;
}

const ENGINE = 'wasm';

/** What translated code is held to (SPECIFICATION.md, Speed). Figures are compared by the row's `better`. */
const MARKS: readonly Mark[] = [
  { row: 'vcpu/integer', beside: 'qemu', promised: 0.8, aim: 1.5 },
  { row: 'vcpu/memory-bound', beside: 'qemu', promised: 0.8, aim: 1.5 },
  { row: 'vcpu/floating-point', beside: 'qemu', promised: 0.7, aim: 2 },
  { row: 'guest/mean', beside: 'qemu', promised: 0.6, aim: 1 },
  { row: 'guest/system', beside: 'qemu', promised: 0.7, aim: 1.5 },
  { row: 'guest/boot', beside: 'qemu', promised: 1.8, aim: 1 },
  { row: 'nested/l2-boot-time', promised: 4, aim: 2 },
  { row: 'pauses/boot-compiling', promised: 20, aim: 5 },
  { row: 'pauses/program-compiling', promised: 20, aim: 5 },
  { row: 'memory/fork', promised: 2, aim: 0.5 },
  { row: 'memory/fork-p99', promised: 6, aim: 2 },
  { row: 'memory/forks-1000', promised: 3, aim: 0.8 },
  { row: 'memory/fork-memory', promised: 512, aim: 256 },
  { row: 'memory/answers-500', promised: 500, aim: 500 },
  { row: 'memory/answers-1000', promised: 500, aim: 1000 },
  { row: 'memory/distinct-random', promised: 100, aim: 100 },
  { row: 'memory/distinct-host-names', promised: 100, aim: 100 },
  { row: 'memory/distinct-macs', promised: 100, aim: 100 },
  { row: 'memory/lazy-restore-p90', promised: 15, aim: 5 },
  { row: 'memory/run-from', promised: 1, aim: 0.4 },
  { row: 'memory/snapshot-pause', promised: 10, aim: 3 },
  { row: 'memory/tracking', promised: 5, aim: 2 },
];

/** How the rows that have a mark stand to it, a line each; those that were not measured have none. */
export function describeMarks(rows: readonly Row[]): string[] {
  const find = (name: string, engine: string) =>
    rows.find((row) => `${row.group}/${row.name}` === name && row.engine === engine);
  return MARKS.flatMap(({ row: name, beside, promised, aim }) => {
    const own = find(name, ENGINE);
    const other = beside === undefined ? undefined : find(name, beside);
    if (own === undefined || (beside !== undefined && other === undefined)) return [];
    const higher = own.better === 'higher';
    const reaches = (mark: number) => (higher ? value >= mark : value <= mark);
    const worst = higher ? own.min : own.max;
    const value = other === undefined ? worst : own.median / other.median;
    const unit = beside === undefined ? own.unit : `× ${beside}`;
    const verdict = reaches(aim) ? 'the aim is reached' : reaches(promised) ? 'kept' : 'MISSED';
    const bounds = `at ${higher ? 'least' : 'most'} ${promised}, the aim is ${aim}`;
    return [`${name}: ${figure(value)} ${unit} (${bounds}): ${verdict}`];
  });
}
