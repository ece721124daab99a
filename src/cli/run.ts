import { basename } from 'node:path';
import { Host, publishHost } from '../node/door.js';
import type { OpenGuest } from '../node/guests/open-guest.js';
import { parseVmMemory, type VmSpec } from '../vm/spec.js';
import type { Vm } from '../vm/vm.js';
import { complain } from './complaint.js';
import { converse } from './converse.js';
import { copiesAround } from './copy/around-command.js';
import { Drives } from './drives.js';
import { execute } from './execute.js';
import { EXEC_WORDS, OVERHEAD } from './guest-boot.js';
import { readInputFile } from './input-file.js';
import { withNested } from './nested.js';
import { settle } from './outcome.js';
import { checkProfileFile, ProfileRun } from './profile.js';
import { ProgressDisplay } from './progress.js';
import { checkOptions, isTranslated, type RunOptions } from './run-options.js';
import { signatureRange, writeSignature } from './signature.js';

/**
 * `hartwood run`: boots a machine, connects it, waits for its end. The process's exit status.
 *
 * @throws ConfigurationError, ImageError and the like, before the machine has started.
 */
export async function run(given: RunOptions, abort: AbortController): Promise<number> {
  const numbers = checkOptions(given);
  const translated = isTranslated(given);
  const copies = copiesAround(given);
  const memory = parseVmMemory(given.memory);
  await checkProfileFile(given);
  // What is wrong with a drive is said before minutes are spent on building a guest.
  await using drives = await Drives.open(given.drive);
  const options = await withNested(given, abort.signal);
  const built = await openBuilt(options);
  if (built !== undefined) drives.own(built);
  const guest = built?.spec.guest ?? (await readGuest(options));
  using progress = new ProgressDisplay(process.stderr);
  await using host = await Host.create({
    memory: memory + OVERHEAD,
    engine: options.engine,
    ...(translated ? {} : { translate: false }),
  });
  await using _shown = await show(host);
  await using vm = await host.create({
    name: nameOf(options),
    memory,
    cpus: numbers.cpus,
    cpu: options.cpu,
    clock: options.clock,
    fetch: { signal: abort.signal, progress: progress.report },
    ...(numbers.seed === undefined ? {} : { seed: numbers.seed }),
    ...consoleOf(options),
    ...built?.spec,
    guest,
    drives: [...(built?.spec.drives ?? []), ...drives.disks],
    ...appendOf(options, built),
    ...(options.exec === undefined ? {} : { onReset: 'stop' as const }),
  });
  progress[Symbol.dispose]();
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
  const ended =
    options.exec === undefined
      ? await converse(vm, options, limits, abort, leave, isDefault(options))
      : await execute(vm, options.exec, options, limits, leave, copies(vm));
  const outcome = await settle(vm, drives, ended);
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

async function openBuilt(options: RunOptions): Promise<OpenGuest | undefined> {
  if (options.guest === undefined) return undefined;
  const { openGuest } = await import('../node/guests/open-guest.js');
  return openGuest(options.guest, { temporary: options.temporary ?? false });
}

/** Shows the machine to `hartwood top`; without a place for that it runs all the same. */
async function show(host: Host): Promise<AsyncDisposable> {
  try {
    return await publishHost(host);
  } catch {
    return { [Symbol.asyncDispose]: async () => {} };
  }
}

/** What `hartwood top` calls the machine: as its guest, or the file that it boots. */
function nameOf({ guest, bare, firmware, kernel }: RunOptions): string {
  return guest ?? basename(bare ?? firmware ?? kernel ?? 'debian');
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

/** The guest that the options name, read from its files. */
export async function readGuest(options: RunOptions): Promise<VmSpec['guest']> {
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

/** Which console is typed on: that of the default guest's shell, or where the kernel has its own. */
function consoleOf(options: RunOptions): Pick<VmSpec, 'console'> {
  if (isDefault(options)) return { console: 'virtio' };
  // The last one is /dev/console (the kernel's admin-guide, "serial-console").
  const console = /.*\bconsole=(\w+)/.exec(options.append ?? '')?.[1];
  return { console: console?.startsWith('hvc') ? 'virtio' : 'serial' };
}

/** Whether the default guest is to be booted, by itself or below firmware. */
function isDefault({ bare, firmware, kernel }: RunOptions): boolean {
  return bare === undefined && kernel === (firmware === undefined ? undefined : 'debian');
}
