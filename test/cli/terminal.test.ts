import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hartwood } from './hartwood.js';
import { startOnTerminal } from './pseudo-terminal.js';

const CTRL_A = '\x01';

describe('the console on a terminal', () => {
  it("has the terminal's size, follows it, and leaves by Ctrl-A X", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hartwood-terminal-'));
    const before = `cd '${folder}'; tty > tty; stty rows 31 cols 97`;
    const run = startOnTerminal('run', {}, before);
    try {
      await run.shown('# \x1b[6n');
      run.type('\x1b[1;1R');
      run.type('stty size\r');
      await run.shown('31 97');
      const terminal = (await readFile(join(folder, 'tty'), 'utf8')).trim();
      execFileSync('stty', ['-F', terminal, 'rows', '40', 'cols', '111']);
      run.type('while [ "$(stty size)" != "40 111" ]; do :; done; echo now $(stty size)\r');
      await run.shown('now 40 111');
      // The kernel's log is shown, too.
      expect(run.text()).toMatch(/Linux version/);
      run.type(`${CTRL_A}h`);
      await run.shown('Ctrl-A X');
      run.type(`${CTRL_A}x`);
      expect(await run.ended).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the console on a pipe', () => {
  it('is 80 by 24, and the machine goes off at the end of the input', async () => {
    const run = await hartwood(['run'], { input: 'stty size\n' });
    expect(run.stdout).toContain('24 80\r\n');
    expect(run.stdout).toContain('Power down');
    expect(run.status).toBe(0);
  });

  it('ends by itself with no input at all', async () => {
    const run = await hartwood(['run', '--timeout', '600']);
    expect(run.stdout).toContain('Power down');
    expect(run).toMatchObject({ status: 0, stderr: '' });
  });
});
