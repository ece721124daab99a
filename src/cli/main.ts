#!/usr/bin/env node
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { Command, CommanderError } from 'commander';
import { ExitStatus, Interruption, statusOf } from './exit-status.js';
import { addGuestCommand } from './guest-options.js';
import { run } from './run.js';
import { addRunCommand } from './run-options.js';

const { version } = createRequire(import.meta.url)('hartwood/package.json') as { version: string };

/** One line for the user; with HARTWOOD_DEBUG the whole story. */
function complain(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`hartwood: ${text}\n`);
  if (process.env.HARTWOOD_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
    if (error.cause !== undefined) process.stderr.write(`caused by: ${String(error.cause)}\n`);
  }
}

/** Ends the process when all that was written has left it. */
async function leave(status: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      if (stream.writableLength === 0 || stream.destroyed) resolve();
      else stream.write('', () => resolve());
    });
  }
  process.exit(status);
}

async function main(): Promise<number> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const status = ExitStatus.Signal + constants.signals[signal];
      // Whoever asks twice is not to wait.
      if (abort.signal.aborted) process.exit(status);
      abort.abort(new Interruption(`ended by ${signal}`, status));
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') complain(error);
    process.exit(error.code === 'EPIPE' ? ExitStatus.Signal + constants.signals.SIGPIPE : 1);
  });

  let status: number = ExitStatus.Ok;
  const program = new Command('hartwood')
    .description('Runs RISC-V virtual machines on WebAssembly.')
    .version(version)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        const line = text
          .trim()
          .replace(/^error: /, '')
          .replaceAll('\n', ' ');
        write(`hartwood: ${line}\n`);
      },
    });
  addRunCommand(program, async (options) => {
    status = await run(options, abort);
  });
  // Archives and signatures are a large part of all code.
  addGuestCommand(program, async () => (await import('./guest.js')).guestActions(abort.signal));
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? ExitStatus.Ok : ExitStatus.Usage;
    }
    if (!(error instanceof Interruption)) complain(error);
    return statusOf(error);
  }
  return status;
}

process.on('uncaughtException', (error) => {
  complain(error);
  process.exit(ExitStatus.Internal);
});
await leave(await main());
