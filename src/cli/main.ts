#!/usr/bin/env node
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { complain } from './complaint.js';
import { ExitStatus, Interruption, statusOf } from './exit-status.js';
import { SHORT_HELP } from './help-command.js';
import { makeProgram } from './program.js';
import { run } from './run.js';

const abort = new AbortController();
/** The status if standard output failed. */
let outputFailed: number | undefined;

/** Ends the process when all that was written has left it. */
async function leave(status: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      if (stream.destroyed) resolve();
      else stream.write('', () => resolve());
    });
  }
  process.exit(outputFailed ?? status);
}

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const status = ExitStatus.Signal + constants.signals[signal];
      // Whoever asks twice is not to wait.
      if (abort.signal.aborted) process.exit(status);
      abort.abort(new Interruption(`ended by ${signal}`, status));
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const closed = error.code === 'EPIPE';
    const status = closed ? ExitStatus.Signal + constants.signals.SIGPIPE : ExitStatus.Internal;
    outputFailed ??= status;
    if (!closed) complain(error, status);
    // The machine ends as for a signal, and its drives are closed.
    abort.abort(new Interruption('nobody reads standard output any more', status));
  });
  // Messages that nobody reads are no reason to end.
  process.stderr.on('error', () => {});

  if (process.argv.length === 2) {
    process.stderr.write(SHORT_HELP);
    return ExitStatus.Usage;
  }
  let status: number = ExitStatus.Ok;
  const program = makeProgram({
    run: async (options) => {
      status = await run(options, abort);
    },
    lockstep: async (options) => {
      const { compareEngines } = await import('./lockstep/command.js');
      status = await compareEngines(options, abort.signal);
    },
    translate: async (address, options) => {
      const { translateAddress } = await import('./translate/command.js');
      await translateAddress(address, options, abort.signal);
    },
    disasm: async (file, options) => {
      const { disassembleRegion } = await import('./disasm/command.js');
      await disassembleRegion(file, options, abort.signal);
    },
    cp: async (places) => (await import('./copy/cp.js')).cp(places, abort.signal),
    top: async (options) => (await import('./top/command.js')).top(options, abort.signal),
    // Archives and signatures are a large part of all code.
    guest: async () => (await import('./guest.js')).guestActions(abort.signal),
    snapshot: async () =>
      (await import('./snapshot/command.js')).snapshotActions(abort, (ended) => {
        status = ended;
      }),
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? ExitStatus.Ok : ExitStatus.Usage;
    }
    const failed = statusOf(error);
    if (!(error instanceof Interruption)) complain(error, failed);
    return failed;
  }
  return status;
}

process.on('uncaughtException', (error) => {
  complain(error, ExitStatus.Internal);
  process.exit(ExitStatus.Internal);
});
await leave(await main());
