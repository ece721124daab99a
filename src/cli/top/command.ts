import { setTimeout as pause } from 'node:timers/promises';
import { type WatchedProcess, watchProcesses } from '../../node/monitor/watch.js';
import { bold } from '../colours.js';
import { intervalOf, type TopOptions } from './options.js';
import { ratesOf, type VmRow } from './rates.js';
import { Screen } from './screen.js';
import { tableOf } from './table.js';

/** What a look found, and what had happened since the one before. */
interface Look {
  readonly processes: readonly WatchedProcess[];
  readonly rows: readonly VmRow[];
}

const NOTHING = 'no VM of this user is running';

/**
 * `hartwood top`: shows VMs until it is asked to leave, or once.
 *
 * @throws ConfigurationError for an interval that is none, and where the place of sockets is another user's
 */
export async function top(options: TopOptions, signal: AbortSignal): Promise<void> {
  const interval = intervalOf(options);
  const terminal = process.stdout.isTTY && !options.once && !options.json;
  const first = await watchProcesses();
  if (!options.json && first.every(({ hosts }) => hosts.every(({ vms }) => vms.length === 0))) {
    process.stdout.write(`${NOTHING}\n`);
    return;
  }
  if (terminal) return live(first, interval, signal);
  for await (const { processes, rows } of looks(first, interval, signal)) {
    if (options.json) process.stdout.write(`${JSON.stringify(sampleOf(processes, rows))}\n`);
    else printTable(tableOf(processes, rows));
    if (options.once || !options.json) return;
  }
}

/** A look every interval, until the signal. */
async function* looks(
  first: readonly WatchedProcess[],
  interval: number,
  signal: AbortSignal,
): AsyncGenerator<Look> {
  let before = first;
  while (!signal.aborted) {
    await pause(interval, undefined, { signal }).catch(() => signal.throwIfAborted());
    const processes = await watchProcesses();
    yield { processes, rows: ratesOf(before, processes) };
    before = processes;
  }
}

async function live(
  first: readonly WatchedProcess[],
  interval: number,
  outer: AbortSignal,
): Promise<void> {
  const quit = new AbortController();
  const signal = AbortSignal.any([outer, quit.signal]);
  using screen = new Screen(process.stdin, process.stdout, () => quit.abort());
  screen.show(tableOf(first, ratesOf([], first)));
  try {
    for await (const { processes, rows } of looks(first, interval, signal)) {
      screen.show(rows.length === 0 ? [NOTHING] : tableOf(processes, rows));
    }
  } catch (error) {
    if (!quit.signal.aborted) throw error;
  }
}

function printTable([head, titles, ...rows]: readonly string[]): void {
  const lines = [head, bold(titles ?? '', process.stdout), ...rows];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function sampleOf(processes: readonly WatchedProcess[], vms: readonly VmRow[]): object {
  const hosts = processes.flatMap(({ name, hosts }) =>
    hosts.map(({ id, memory }) => ({ process: name, host: id, memory })),
  );
  return { time: new Date().toISOString(), hosts, vms };
}
