import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as built. */
export const MAIN = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));

/** What a run of the command left. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HartwoodOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** Called with each piece of standard error. */
  readonly onError?: (text: string) => void;
}

/** The command while it runs. */
export interface Running {
  readonly ended: Promise<Run>;
  /** Resolves when standard output has had `wanted`. Rejects if the command ends before. */
  readonly printed: (wanted: string) => Promise<void>;
  /** The first whole line of standard output for which `holds`. Rejects if the command ends before. */
  readonly line: (holds: (line: string) => boolean) => Promise<string>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Reads no more of standard output. */
  readonly closeOutput: () => void;
}

/** Runs the command as built to its end, with `input` on a pipe. */
export function hartwood(args: readonly string[], options: HartwoodOptions = {}): Promise<Run> {
  return startHartwood(args, options).ended;
}

/** Starts the command as built, with `input` on a pipe. */
export function startHartwood(args: readonly string[], options: HartwoodOptions = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    for (const listener of [...listeners]) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    options.onError?.(text);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Run>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  const found = (what: string, find: () => string | undefined) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const text = find();
        if (text === undefined) return;
        listeners.delete(look);
        resolve(text);
      };
      listeners.add(look);
      look();
      ended.then((run) => reject(new Error(`${what} was not printed: ${run.stderr}`)), reject);
    });
  return {
    ended,
    printed: async (wanted) => {
      await found(`'${wanted}'`, () => (stdout.includes(wanted) ? wanted : undefined));
    },
    line: (holds) => found('such a line', () => stdout.split('\n').slice(0, -1).find(holds)),
    kill: (signal) => child.kill(signal),
    closeOutput: () => child.stdout.destroy(),
  };
}
