import type { WatchedProcess } from '../../node/monitor/watch.js';
import type { VmFigures } from '../../vm/figures.js';

/** What `top` says of a VM. */
export interface VmRow {
  /** The process: its pid. */
  readonly process: string;
  /** The numbers of its host in the process, and of it on the host. */
  readonly host: number;
  readonly id: number;
  readonly name: string;
  readonly state: string;
  /** Between two looks, which a VM that has only just come did not have; the share of one processor. */
  readonly cpu: number | null;
  readonly dirtyPagesPerSecond: number | null;
  readonly exitsPerSecond: number | null;
  /** Bytes. */
  readonly exclusive: number;
  readonly shared: number;
  readonly saved: number;
}

/** A VM as one look found it. */
interface Seen {
  readonly time: number;
  readonly vm: VmFigures;
}

const exitsOf = ({ exits }: VmFigures) =>
  Object.values(exits).reduce((sum, count) => sum + count, 0);

/** Each VM with its names. */
function* vmsOf(processes: readonly WatchedProcess[]) {
  for (const { name: process, time, hosts } of processes) {
    for (const { id: host, vms } of hosts) {
      for (const vm of vms) yield { key: `${process}/${host}/${vm.id}`, process, host, time, vm };
    }
  }
}

/** What happened from one look to the next; those first that ran most. */
export function ratesOf(
  before: readonly WatchedProcess[],
  after: readonly WatchedProcess[],
): VmRow[] {
  const seen = new Map<string, Seen>();
  for (const { key, time, vm } of vmsOf(before)) seen.set(key, { time, vm });
  const rows = [...vmsOf(after)].map(({ key, process, host, time, vm }): VmRow => {
    const last = seen.get(key);
    const elapsed = last === undefined ? 0 : time - last.time;
    const rate = (what: (figures: VmFigures) => number) =>
      last !== undefined && elapsed > 0 ? Math.max(0, what(vm) - what(last.vm)) / elapsed : null;
    const perSecond = (what: (figures: VmFigures) => number) => {
      const perMs = rate(what);
      return perMs === null ? null : perMs * 1000;
    };
    const { id, name, state, memory } = vm;
    return {
      process,
      host,
      id,
      name,
      state,
      cpu: rate(({ cpu }) => cpu),
      dirtyPagesPerSecond: perSecond(({ dirtyPages }) => dirtyPages),
      exitsPerSecond: perSecond(exitsOf),
      exclusive: memory.exclusive,
      shared: memory.shared,
      saved: memory.saved,
    };
  });
  return rows.sort(
    (one, other) =>
      (other.cpu ?? 0) - (one.cpu ?? 0) ||
      one.process.localeCompare(other.process, 'en', { numeric: true }) ||
      one.host - other.host ||
      one.id - other.id,
  );
}
