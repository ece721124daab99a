import { ConfigurationError, SnapshotError } from '../core/errors.js';
import { type Host, publishHost } from '../node/door.js';
import type { Vm } from '../vm/vm.js';
import { complain } from './complaint.js';
import { converse } from './converse.js';
import { copiesAround } from './copy/around-command.js';
import { execute } from './execute.js';
import { machineToBoot } from './machine.js';
import { settle } from './outcome.js';
import { checkProfileFile, ProfileRun } from './profile.js';
import { checkOptions, isTranslated, type RunOptions } from './run-options.js';
import { signatureRange, writeSignature } from './signature.js';
import { checkFrom } from './snapshot/from-options.js';
import { restoredMachine } from './snapshot/restored-machine.js';
import { WarmKeeper } from './warm/keeper.js';
import { warmKey } from './warm/key.js';
import { removeNote } from './warm/note.js';
import { warmMachine } from './warm/warm-machine.js';

/**
 * `hartwood run`: boots a machine, or lets one go on, connects it, waits for its end. The process's exit status.
 *
 * @throws ConfigurationError, ImageError and the like, before the machine has started.
 */
export async function run(given: RunOptions, abort: AbortController): Promise<number> {
  const numbers = checkOptions(given);
  checkFrom(given);
  if (given.store !== undefined && given.from === undefined) {
    throw new ConfigurationError('--store needs --from beside it');
  }
  isTranslated(given);
  const copies = copiesAround(given);
  await checkProfileFile(given);
  const key = await warmKey(given);
  await using machine =
    given.from === undefined
      ? ((key && (await warmMachine(key, given))) ?? (await machineToBoot(given, numbers, abort)))
      : await restoredMachine(given.from, given);
  const { host, vm, built, options } = machine;
  await using _shown = await show(host);
  if (options.signature !== undefined) signatureRange(vm.symbols);
  await using profiling = await ProfileRun.start(vm, options, numbers.seed);
  await using _gdb = await serveGdb(vm, numbers.gdb, options.gdbWait === true);

  const leave = async () => {
    // What the guest has not written yet would be lost with the power.
    if (built !== undefined && !options.temporary) await built.shutDown(vm);
    await vm.stop();
  };
  const limits = {
    signal: abort.signal,
    ...(numbers.timeout === undefined ? {} : { timeout: numbers.timeout }),
  };
  // A run with a time limit is for what it does.
  const keeper =
    key === undefined || machine.isRestored || numbers.timeout !== undefined
      ? undefined
      : new WarmKeeper(vm, key, options.exec === undefined, abort.signal);
  const kept = keeper === undefined ? machine : { ...machine, untouched: keeper.untouched };
  const ended =
    options.exec === undefined
      ? await converse(kept, limits, abort, leave)
      : await execute(kept, options.exec, limits, leave, copies(vm));
  const outcome = await settle(vm, machine.drives, ended);
  await keeper?.end();
  // Pages of it are damaged: the next start boots.
  if (key !== undefined && outcome.complaint instanceof SnapshotError) await removeNote(key);
  if (options.signature !== undefined) await writeSignature(vm, options.signature);
  const unavailable = host.translation?.unavailable ?? null;
  if (unavailable !== null && !options.json) {
    process.stderr.write(`hartwood: all guest code was interpreted: ${unavailable}\n`);
  }
  const profile = await profiling?.finish();
  if (outcome.complaint !== undefined) complain(outcome.complaint, outcome.status);
  if (options.json) {
    const summary = { ...(await vm.summary()), status: outcome.status, ...profile };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  }
  return outcome.status;
}

/** Shows the machine to `hartwood top`; without a place for that it runs all the same. */
async function show(host: Host): Promise<AsyncDisposable> {
  try {
    return await publishHost(host);
  } catch {
    return { [Symbol.asyncDispose]: async () => {} };
  }
}

/** Serves GDB, if that is wanted; the port closes with the result. */
async function serveGdb(vm: Vm, port: number | undefined, wait: boolean): Promise<AsyncDisposable> {
  if (port === undefined) return { [Symbol.asyncDispose]: async () => {} };
  // An engine that has no debugger says so before a port is opened.
  const { debugger: inspector } = vm;
  const { GdbServer } = await import('../node/gdb-server.js');
  const { gdbTarget } = await import('./gdb-target.js');
  const server = await GdbServer.listen(gdbTarget(vm), port);
  const waiting = wait ? ', and the machine waits for it' : '';
  process.stderr.write(`hartwood: GDB is served on 127.0.0.1:${server.port}${waiting}\n`);
  if (wait) await inspector.pause();
  return server;
}
