import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import type { VmRow } from '../../src/cli/top/rates.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { elfFile } from '../image-maker.js';
import { hartwood, startHartwood } from './hartwood.js';
import { startOnTerminal } from './pseudo-terminal.js';

/** Prints a letter, so that one knows it runs, and works or sleeps from then on. */
const program = (rest: string) => `
      li s1, 0x10000000
      li t1, 65
      sb t1, 0(s1)
${rest}`;
const BUSY = program('1: j 1b');
/** Sleeps for tenths of a second. */
const IDLE = program(`
      li s0, 0x2004000
      li t0, 0x80
      csrw mie, t0
1:    rdtime t0
      li t1, 1000000
      add t0, t0, t1
      sd t0, 0(s0)
      wfi
      j 1b`);

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-top-'));
  env = { XDG_RUNTIME_DIR: folder };
  for (const [name, source] of Object.entries({ busy: BUSY, idle: IDLE })) {
    await writeFile(join(folder, name), elfFile(assemble(source, { origin: RAM_BASE }).bytes));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const QUICK = ['--interval', '0.3'];

/** Machines of both kinds in processes of their own, while `work` goes on. */
async function beside(work: () => Promise<void>): Promise<void> {
  const machines = ['idle', 'busy'].map((name) =>
    startHartwood(['run', '--memory', '1M', '--no-input', '--bare', join(folder, name)], { env }),
  );
  try {
    await Promise.all(machines.map(({ printed }) => printed('A')));
    await work();
  } finally {
    for (const { kill } of machines) kill('SIGTERM');
    await Promise.all(machines.map(({ ended }) => ended));
  }
}

describe('hartwood top', () => {
  it('says that there is no VM, and that this is well', async () => {
    const nothing = { status: 0, stdout: 'no VM of this user is running\n', stderr: '' };
    expect(await hartwood(['top'], { env })).toEqual(nothing);
    expect(await hartwood(['top', '--once', ...QUICK], { env })).toEqual(nothing);
    const { stdout, status } = await hartwood(['top', '--once', '--json', ...QUICK], { env });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ hosts: [], vms: [] });
  });

  it('shows the VMs of all processes once, those first that run most', async () => {
    await beside(async () => {
      const { stdout, status, stderr } = await hartwood(['top', '--once', ...QUICK], { env });
      expect([status, stderr]).toEqual([0, '']);
      const [head, titles, ...rows] = stdout.trimEnd().split('\n');
      expect(head).toMatch(/^2 VMs in 2 processes, CPU \d+\.\d %, memory .*K of .*M$/);
      expect(titles?.trim().split(/ +/)).toEqual(
        'PID VM CPU RES SHARED SAVED DIRTY/S EXITS/S STATE NAME'.split(' '),
      );
      expect(rows.map((row) => row.replace(/.* running +/, '')).sort()).toEqual(['busy', 'idle']);
      const shares = rows.map((row) => Number(/ 1 +(\d+\.\d) % /.exec(row)?.[1]));
      expect(shares).toEqual(shares.toSorted((one, other) => other - one));

      // A busy machine may keep either from running for a while, but not for ever.
      const looks = startHartwood(['top', '--json', ...QUICK], { env });
      const vmsOf = (line: string) => (JSON.parse(line) as { vms: readonly VmRow[] }).vms;
      const line = await looks.line((look) => {
        const [busy, idle] = vmsOf(look);
        return (busy?.cpu ?? 0) > 0.01 && (busy?.cpu ?? 0) > 4 * (idle?.cpu ?? 1);
      });
      looks.kill('SIGTERM');
      await looks.ended;
      expect(vmsOf(line).map(({ name, state }) => [name, state])).toEqual([
        ['busy', 'running'],
        ['idle', 'running'],
      ]);
      const [busy] = vmsOf(line);
      expect(busy?.exitsPerSecond).toBeGreaterThan(1);
      expect(busy?.exclusive).toBeGreaterThan(90_000);
    });
    // They have cleaned up behind them.
    expect((await hartwood(['top'], { env })).stdout).toBe('no VM of this user is running\n');
  });

  it('draws them on a terminal until q is typed, and leaves it as it was', async () => {
    await beside(async () => {
      const top = startOnTerminal(`top ${QUICK.join(' ')}`, env);
      await top.shown('busy');
      await top.shown('idle');
      await top.shown(' %');
      top.type('xq');
      expect(await top.ended).toBe(0);
      expect(top.text()).toContain('\x1b[?1049h');
      expect(top.text().endsWith('\x1b[?1049l\x1b[?25h')).toBe(true);
    });
  });

  it('ends by Ctrl-C on a terminal, and by a signal elsewhere', async () => {
    await beside(async () => {
      const top = startOnTerminal('top', env);
      await top.shown('busy');
      top.type('\x03');
      expect(await top.ended).toBe(0);
      const lines = startHartwood(['top', '--json', ...QUICK], { env });
      await lines.printed('}]}\n{');
      lines.kill('SIGINT');
      const { status, stderr } = await lines.ended;
      expect([status, stderr]).toEqual([130, '']);
    });
  });

  it('names an interval that is none', async () => {
    expect(await hartwood(['top', '--once', '--interval', 'soon'], { env })).toEqual({
      status: 2,
      stdout: '',
      stderr: "hartwood: --interval 'soon' is not from 0.1 to 3600 seconds; right would be 2\n",
    });
  });
});
