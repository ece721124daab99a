import { spawn } from 'node:child_process';
import { MAIN } from './hartwood.js';

/** The command on a terminal of its own, which util-linux's `script` makes. */
export interface TerminalRun {
  /** What was shown so far. */
  readonly text: () => string;
  readonly type: (keys: string) => void;
  /** Resolves when `wanted` has been shown. Rejects if the command ends before. */
  readonly shown: (wanted: string) => Promise<void>;
  /** The command's status. */
  readonly ended: Promise<number | null>;
}

/**
 * Starts the command on a terminal.
 *
 * @param line its arguments, as a shell reads them
 * @param before commands that the shell runs before it on the same terminal
 */
export function startOnTerminal(
  line: string,
  env: Readonly<Record<string, string>> = {},
  before = ':',
): TerminalRun {
  const command = `${before}; exec '${process.execPath}' '${MAIN}' ${line}`;
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TERM: 'xterm',
      SHELL: '/bin/sh',
      HARTWOOD_COLD: 'on',
      ...env,
    },
  });
  let text = '';
  let over = false;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    tell();
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      over = true;
      resolve(status);
      tell();
    });
  });
  const shown = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!text.includes(wanted) && !over) return;
        listeners.delete(look);
        if (text.includes(wanted)) resolve();
        else reject(new Error(`'${wanted}' was not shown, but: ${text}`));
      };
      listeners.add(look);
      look();
    });
  return { text: () => text, type: (keys) => child.stdin.write(keys), shown, ended };
}

/** What the command shows on a terminal, to its end. */
export async function onTerminal(
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const run = startOnTerminal(line, env);
  await run.ended;
  return run.text();
}
