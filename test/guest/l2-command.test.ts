import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { L2_COMMAND } from '../../src/guest/nested/l2-command.js';

/** What the command says before it looks for KVM, in any POSIX shell. */
function l2(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile('sh', ['-s', '--', ...args], (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end(L2_COMMAND);
  });
}

it('explains itself', async () => {
  const { status, stdout, stderr } = await l2('--help');
  expect([status, stderr]).toEqual([0, '']);
  for (const option of ['--memory', '--cpus', '--kernel', '--initrd', '--append', 'Ctrl-] X']) {
    expect(stdout).toContain(option);
  }
});

describe('what is wrong ends in one line', () => {
  it.each([
    [['--frob'], "there is no option '--frob'; l2 --help lists them"],
    [['stray'], "there is no option 'stray'; l2 --help lists them"],
    [['--memory'], '--memory needs a value'],
    [['--memory', '1G'], "--memory '1G' is no number; right would be megabytes, as 256"],
    [['--memory', '0'], "--memory '0' is no number; right would be megabytes, as 256"],
    [['--cpus', '-1'], "--cpus '-1' is no number; right would be 1 to 8"],
    [['--kernel', '/no/kernel'], "there is no kernel '/no/kernel'"],
  ])('%s', async (args, line) => {
    expect(await l2(...args)).toEqual({ status: 2, stdout: '', stderr: `l2: ${line}\n` });
  });
});
