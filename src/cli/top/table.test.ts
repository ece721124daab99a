import { describe, expect, it } from 'vitest';
import { EXIT_NAMES, type ExitName } from '../../core/exit-reason.js';
import type { WatchedProcess } from '../../node/monitor/watch.js';
import type { VmFigures } from '../../vm/figures.js';
import { ratesOf } from './rates.js';
import { tableOf } from './table.js';

const NONE = Object.fromEntries(EXIT_NAMES.map((name) => [name, 0])) as Record<ExitName, number>;
const MIB = 2 ** 20;

const vm = (id: number, given: Partial<VmFigures> & { idle?: number } = {}): VmFigures => ({
  id,
  name: 'debian',
  state: 'running',
  cpu: 0,
  steps: 0,
  memory: { exclusive: 3 * MIB, shared: 60 * MIB, saved: 30.5 * MIB },
  dirtyPages: 0,
  ...given,
  exits: { ...NONE, idle: given.idle ?? 0 },
});
const look = (name: string, time: number, ...vms: VmFigures[]): WatchedProcess => ({
  name,
  pid: Number(name),
  time,
  hosts: [{ id: 1, memory: { total: 2 ** 30, used: 100 * MIB }, vms }],
});

describe('rates', () => {
  it('are of the time between two looks, by each process’s own clock', () => {
    const before = [
      look('10', 5000, vm(1, { cpu: 100, dirtyPages: 50, idle: 7 })),
      look('9', 100, vm(1, { cpu: 30 })),
    ];
    const after = [
      look('10', 7000, vm(1, { cpu: 600, dirtyPages: 1050, idle: 17 }), vm(2, { cpu: 99 })),
      look('9', 1100, vm(1, { cpu: 830 })),
    ];
    const rows = ratesOf(before, after);
    expect(
      rows.map(({ process, id, cpu, dirtyPagesPerSecond, exitsPerSecond }) => [
        process,
        id,
        cpu,
        dirtyPagesPerSecond,
        exitsPerSecond,
      ]),
    ).toEqual([
      ['9', 1, 0.8, 0, 0],
      ['10', 1, 0.25, 500, 5],
      // It was not there before.
      ['10', 2, null, null, null],
    ]);
  });
});

describe('the table', () => {
  it('has a column for each figure, of all the same width', () => {
    const before = [look('77', 0, vm(1), vm(12, { name: 'web' }))];
    const after = [
      look('77', 1000, vm(1, { cpu: 5 }), vm(12, { name: 'web', cpu: 995.2, dirtyPages: 12345 })),
    ];
    expect(tableOf(after, ratesOf(before, after))).toEqual([
      '2 VMs in 1 process, CPU 100.0 %, memory 100M of 1.0G',
      'PID  VM     CPU   RES  SHARED  SAVED  DIRTY/S  EXITS/S  STATE    NAME',
      ' 77  12  99.5 %  3.0M   60.0M  30.5M   12,345        0  running  web',
      ' 77   1   0.5 %  3.0M   60.0M  30.5M        0        0  running  debian',
    ]);
  });

  it('shows no control characters', () => {
    const named = [look('1', 0, vm(1, { name: '\x1b[2J\nx\x9b1m' }))];
    expect(tableOf(named, ratesOf([], named))[2]).toMatch(/ - {2}.* {2}running {2}\?\[2J\?x\?1m$/);
  });
});
