import { describe, expect, it } from 'vitest';
import { hartwood } from './hartwood.js';
import { onTerminal } from './pseudo-terminal.js';

const ESCAPE = '\x1b[';

describe('help', () => {
  it('is short without arguments, on standard error, with the status of wrong usage', async () => {
    const run = await hartwood([]);
    expect(run.status).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(/^Usage: hartwood/);
    expect(run.stderr).toContain('hartwood run ');
    expect(run.stderr.split('\n').length).toBeLessThan(12);
  });

  it('exists for each command, by "help NAME" and by "--help"', async () => {
    const { stdout, status } = await hartwood(['help']);
    expect(status).toBe(0);
    const names = [...(stdout.split('Commands:')[1] ?? '').matchAll(/^ {2}(\w+)/gm)].map(
      (m) => m[1],
    );
    expect(names).toEqual(expect.arrayContaining(['run', 'completion', 'version', 'help']));
    for (const name of names) {
      const asked = await hartwood(['help', name ?? '']);
      expect(asked.status).toBe(0);
      expect(asked.stdout).toMatch(new RegExp(`^Usage: hartwood ${name}`));
      expect((await hartwood([name ?? '', '--help'])).stdout).toBe(asked.stdout);
    }
  });

  it('tells of variables and exit statuses', async () => {
    expect((await hartwood(['help', 'environment'])).stdout).toContain('HARTWOOD_CACHE');
    expect((await hartwood(['help', 'exit-statuses'])).stdout).toMatch(/^ {2}124 +time is over$/m);
  });

  it.each([
    [['help', 'rnu'], "unknown command 'rnu' (Did you mean run?)"],
    [['verison'], "unknown command 'verison' (Did you mean version?)"],
    [['run', '--drvie', 'x'], "unknown option '--drvie' (Did you mean --drive?)"],
  ])('names what may have been meant by %s', async (args, line) => {
    expect(await hartwood(args)).toEqual({ status: 2, stdout: '', stderr: `hartwood: ${line}\n` });
  });
});

describe('colours', () => {
  it('are for terminals', async () => {
    expect((await hartwood(['help'])).stdout).not.toContain(ESCAPE);
    expect(await onTerminal('help')).toContain(ESCAPE);
    expect(await onTerminal('frob')).toContain(`${ESCAPE}31mhartwood:`);
  });

  it('are refused by NO_COLOR, by --no-color and by a dumb terminal', async () => {
    expect(await onTerminal('help', { NO_COLOR: '1' })).not.toContain(ESCAPE);
    expect(await onTerminal('help', { TERM: 'dumb' })).not.toContain(ESCAPE);
    expect(await onTerminal('help --no-color')).not.toContain(ESCAPE);
    expect(await onTerminal('--no-color frob')).not.toContain(ESCAPE);
  });
});

describe('the version', () => {
  it('is that of the package', async () => {
    const { stdout } = await hartwood(['--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const versions = JSON.parse((await hartwood(['version', '--json'])).stdout);
    expect(versions).toEqual({
      hartwood: stdout.trim(),
      core: expect.stringMatching(/^[0-9a-f]{12}$/),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    });
    expect((await hartwood(['version'])).stdout).toContain(`core      ${versions.core}\n`);
  });
});

describe('errors with --json', () => {
  it.each([
    [
      ['guest', 'list', '--json', '--names'],
      { code: 'usage', message: expect.stringContaining('cannot be used with'), status: 2 },
    ],
    [
      ['run', '--xyzzy', '--json'],
      { code: 'usage', message: "unknown option '--xyzzy'", status: 2 },
    ],
    [
      ['run', '--json', '--cpus', 'two'],
      {
        code: 'configuration',
        message: "--cpus 'two' is no number; right would be 1 to 8",
        status: 2,
      },
    ],
    [
      ['run', '--json', '--drive', 'absent'],
      { code: 'disk-unavailable', message: expect.stringContaining("'absent'"), status: 3 },
    ],
  ])('%s is one line of JSON', async (args, error) => {
    const run = await hartwood(args);
    expect(run.stderr.split('\n').length).toBe(2);
    expect(JSON.parse(run.stderr)).toEqual({ error });
    expect(run.status).toBe(error.status);
    expect(run.stdout).toBe('');
  });
});
