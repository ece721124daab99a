import { VmStoppedError } from '../core/errors.js';
import { Host } from '../node/door.js';
import type { OpenGuest } from '../node/guests/open-guest.js';
import { parseVmMemory, type VmSpec } from '../vm/spec.js';
import type { Vm } from '../vm/vm.js';
import { showConsole, typeOnConsole } from './console-connection.js';
import { ConsoleTail } from './console-tail.js';
import { ExitStatus, Interruption, outcomeOf, statusOf } from './exit-status.js';
import { readInputFile } from './input-file.js';
import { ProgressDisplay } from './progress.js';
import { checkOptions, type RunOptions } from './run-options.js';
import { signatureRange, writeSignature } from './signature.js';

/** A host's own needs beside its guest's RAM: control blocks, with room. */
const OVERHEAD = 16 * 2 ** 20;

/** Linux stops at a panic by default; with --exec that must end the wait. */
const EXEC_WORDS = 'hartwood.console=off panic=-1';

/** How a run ended: its status, and what is to be said about it. */
interface Outcome {
  readonly status: number;
  readonly complaint?: string;
}

/**
 * `hartwood run`: boots a machine, connects it, waits for its end. The process's exit status.
 *
 * @throws ConfigurationError, ImageError and the like, before the machine has started.
 */
export async function run(options: RunOptions, abort: AbortController): Promise<number> {
  const numbers = checkOptions(options);
  const memory = parseVmMemory(options.memory);
  await using built = await openBuilt(options);
  const guest = built?.spec.guest ?? (await readGuest(options));
  using progress = new ProgressDisplay(process.stderr);
  await using host = await Host.create({ memory: memory + OVERHEAD });
  await using vm = await host.create({
    ...built?.spec,
    guest,
    memory,
    cpus: numbers.cpus,
    cpu: options.cpu,
    clock: options.clock,
    fetch: { signal: abort.signal, progress: progress.report },
    ...(numbers.seed === undefined ? {} : { seed: numbers.seed }),
    ...appendOf(options, built),
    ...(options.exec === undefined ? {} : { onReset: 'stop' as const }),
  });
  progress[Symbol.dispose]();
  if (options.signature !== undefined) signatureRange(vm.symbols);
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
  const outcome =
    options.exec === undefined
      ? await converse(vm, options, limits, abort, leave)
      : await execute(vm, options.exec, options, limits, leave);
  await vm.stop();
  if (options.signature !== undefined) await writeSignature(vm, options.signature);
  if (outcome.complaint !== undefined) process.stderr.write(`hartwood: ${outcome.complaint}\n`);
  if (options.json) {
    const summary = { ...(await vm.summary()), status: outcome.status };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  }
  return outcome.status;
}

async function openBuilt(options: RunOptions): Promise<OpenGuest | undefined> {
  if (options.guest === undefined) return undefined;
  const { openGuest } = await import('../node/guests/open-guest.js');
  return openGuest(options.guest, { temporary: options.temporary ?? false });
}

/** Serves GDB, if that is wanted; the port closes with the result. */
async function serveGdb(vm: Vm, port: number | undefined, wait: boolean): Promise<AsyncDisposable> {
  if (port === undefined) return { [Symbol.asyncDispose]: async () => {} };
  const { GdbServer } = await import('../node/gdb-server.js');
  const server = await GdbServer.listen(vm, port);
  const waiting = wait ? ', and the machine waits for it' : '';
  process.stderr.write(`hartwood: GDB is served on 127.0.0.1:${server.port}${waiting}\n`);
  if (wait) await vm.debugger.pause();
  return server;
}

async function readGuest(options: RunOptions): Promise<VmSpec['guest']> {
  if (options.bare !== undefined) return { bare: await readInputFile(options.bare, 'program') };
  const read = async <Name extends 'firmware' | 'kernel' | 'initrd'>(name: Name) => {
    const path = options[name];
    return path === undefined ? {} : { [name]: await readInputFile(path, name) };
  };
  if (options.firmware !== undefined) {
    const firmware = await readInputFile(options.firmware, 'firmware');
    if (isDefault(options)) return { firmware, kernel: 'debian' };
    return { firmware, ...(await read('kernel')), ...(await read('initrd')) };
  }
  if (options.kernel === undefined) return 'debian';
  const kernel = await readInputFile(options.kernel, 'kernel');
  return { kernel, ...(await read('initrd')) };
}

function appendOf(options: RunOptions, built: OpenGuest | undefined): { append?: string } {
  const words = [options.append];
  if (options.exec !== undefined && (built || isDefault(options))) words.unshift(EXEC_WORDS);
  words.unshift(built?.spec.append);
  const given = words.filter((word) => word !== undefined);
  return given.length === 0 ? {} : { append: given.join(' ') };
}

/** Whether the default guest is to be booted, by itself or below firmware. */
function isDefault({ bare, firmware, kernel }: RunOptions): boolean {
  return bare === undefined && kernel === (firmware === undefined ? undefined : 'debian');
}

interface Limits {
  readonly signal: AbortSignal;
  readonly timeout?: number;
}

/** Connects the console until the machine ends; `leave` stops a machine that has not. */
async function converse(
  vm: Vm,
  options: RunOptions,
  limits: Limits,
  abort: AbortController,
  leave: () => Promise<void>,
): Promise<Outcome> {
  const output = options.json ? process.stderr : process.stdout;
  const shown = showConsole(vm, output);
  const quit = () => abort.abort(new Interruption('left by Ctrl-A X', ExitStatus.Ok));
  const prompts = isDefault(options);
  const disconnect = typeOnConsole(vm, process.stdin, process.stderr, quit, prompts);
  try {
    await vm.start();
    const stop = await vm.wait(limits);
    await shown;
    return outcomeOf(stop, options.bare !== undefined);
  } catch (error) {
    await leave();
    await shown;
    if (error instanceof Interruption) return { status: error.status };
    return { status: statusOf(error), complaint: (error as Error).message };
  } finally {
    disconnect();
  }
}

/** Runs one command in the guest and prints what it left. */
async function execute(
  vm: Vm,
  command: string,
  options: RunOptions,
  limits: Limits,
  leave: () => Promise<void>,
): Promise<Outcome> {
  const tail = new ConsoleTail(vm);
  await vm.start();
  try {
    const result = await vm.exec(command, limits);
    (options.json ? process.stderr : process.stdout).write(result.stdoutBytes);
    process.stderr.write(result.stderrBytes);
    await leave();
    return { status: result.status };
  } catch (error) {
    await leave();
    if (error instanceof Interruption) return { status: error.status };
    await tail.ended;
    const died = error instanceof VmStoppedError ? tail.lastWords() : undefined;
    const complaint = (error as Error).message;
    return {
      status: statusOf(error),
      complaint: died === undefined ? complaint : `${complaint}: ${died}`,
    };
  }
}
