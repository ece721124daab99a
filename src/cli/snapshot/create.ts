import { ConfigurationError, VmTimeoutError } from '../../core/errors.js';
import type { SnapshotInfo } from '../../snapshot/snapshot-info.js';
import { complain } from '../complaint.js';
import { copiesAround } from '../copy/around-command.js';
import { runCommand } from '../execute.js';
import { ExitStatus } from '../exit-status.js';
import { begin, type Machine, machineToBoot } from '../machine.js';
import type { Limits } from '../outcome.js';
import { checkOptions } from '../run-options.js';
import { checkFrom } from './from-options.js';
import type { CreateOptions } from './options.js';
import { openStore } from './place.js';
import { restoredMachine } from './restored-machine.js';

/** What `snapshot create` came to: the snapshot, or the status of a command that failed. */
export type Created = { readonly info: SnapshotInfo } | { readonly status: number };

/**
 * Boots a machine, or lets one go on, has it do what it is to do, and keeps it.
 *
 * @throws ConfigurationError, ImageError, GuestError, SnapshotError, AgentError, VmTimeoutError and the like
 */
export async function createSnapshot(
  name: string,
  options: CreateOptions,
  abort: AbortController,
): Promise<Created> {
  // Copies need no command here.
  const numbers = checkOptions({ ...options, copyIn: [] });
  checkFrom(options);
  const after = checkAfter(options);
  checkName(name);
  const copies = copiesAround(options);
  // A store that cannot be written to is found out before minutes are spent on booting.
  const store = await openStore(options.store, { create: true });
  try {
    // Its shell is to be there when it goes on: no words for a guest without one.
    const { exec, ...machineOptions } = options;
    await using machine =
      options.from === undefined
        ? await machineToBoot(machineOptions, numbers, abort)
        : await restoredMachine(options.from, machineOptions);
    const { vm } = machine;
    const parent = options.from === undefined ? {} : { parent: machine.from ?? options.from };
    const limits: Limits = {
      signal: abort.signal,
      ...(numbers.timeout === undefined ? {} : { timeout: numbers.timeout }),
    };
    await begin(machine);
    await settled(machine, limits, after);
    if (after === undefined) await copies(vm).before(limits);
    if (exec !== undefined) {
      const status = await runCommand(vm, exec, process.stderr, machine.options.clock, limits);
      if (status !== 0) return failed(status);
    }
    const info = await vm.snapshot({ store, name, signal: abort.signal, ...parent });
    await vm.stop();
    return { info };
  } finally {
    await store.close();
  }
}

/** Waits until a machine is as it is to be kept. */
async function settled(machine: Machine, limits: Limits, after?: number): Promise<void> {
  const { vm, isRestored, prompts } = machine;
  if (after === undefined) {
    const prompted = prompts && !isRestored ? vm.prompted(limits) : undefined;
    await Promise.all([vm.ready(limits), prompted]);
    return;
  }
  try {
    await vm.wait({ ...limits, timeout: after });
  } catch (error) {
    if (!(error instanceof VmTimeoutError)) throw error;
  }
}

function failed(status: number): Created {
  complain(
    new ConfigurationError(`the command ended with status ${status}: nothing is kept`),
    status,
  );
  return { status: status === 0 ? ExitStatus.Internal : status };
}

/** Milliseconds. */
function checkAfter({ after, bare, kernel, exec, copyIn }: CreateOptions): number | undefined {
  const silent = bare !== undefined || (kernel !== undefined && kernel !== 'debian');
  if (after === undefined) {
    if (!silent) return undefined;
    throw new ConfigurationError(
      `a guest of --${bare === undefined ? 'kernel' : 'bare'} does not say when it is ready; --after SECONDS says it`,
    );
  }
  if (exec !== undefined || copyIn.length > 0) {
    throw new ConfigurationError(
      `--after and --${exec === undefined ? 'copy-in' : 'exec'} exclude each other`,
    );
  }
  if (/^\d+(\.\d+)?$/.test(after)) return Number(after) * 1000;
  throw new ConfigurationError(`--after '${after}' is no number of seconds`);
}

/** What cannot be told from an id, or from an option, is no name. */
function checkName(name: string): void {
  if (/^[A-Za-z0-9_][\w.:+-]{0,63}$/.test(name) && !/^[0-9a-f]{32}$/.test(name)) return;
  const right = 'up to 64 letters, digits and any of . : + - _';
  throw new ConfigurationError(`'${name}' is no name of a snapshot; right would be ${right}`);
}
