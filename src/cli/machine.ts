import { basename } from 'node:path';
import { Host } from '../node/door.js';
import type { OpenGuest } from '../node/guests/open-guest.js';
import { parseVmMemory, type VmSpec } from '../vm/spec.js';
import type { Vm } from '../vm/vm.js';
import { Drives } from './drives.js';
import { EXEC_WORDS, OVERHEAD } from './guest-boot.js';
import { readInputFile } from './input-file.js';
import { withNested } from './nested.js';
import { ProgressDisplay } from './progress.js';
import { isTranslated, type RunNumbers, type RunOptions } from './run-options.js';

/** A machine as the command line describes it, with all that is closed with it. */
export interface Machine extends AsyncDisposable {
  readonly host: Host;
  readonly vm: Vm;
  readonly drives: Drives;
  /** The built guest that it is. */
  readonly built?: OpenGuest;
  /** The options as they turned out to be. */
  readonly options: RunOptions;
  /** Whether it goes on from a snapshot, and so runs already. */
  readonly isRestored: boolean;
  /** The id of that snapshot. */
  readonly from?: string;
  /** Whether its console has a shell that prompts. */
  readonly prompts: boolean;
  /** Until this resolves nothing is to be typed or run, so that the guest is kept as it booted. */
  readonly untouched?: Promise<void>;
}

/** Lets a machine run, if it does not. @throws what `Vm.start` throws */
export async function begin({ vm, isRestored }: Machine): Promise<void> {
  if (!isRestored) await vm.start();
}

/**
 * Makes a machine that is to boot.
 *
 * @throws ConfigurationError, ImageError and the like
 */
export async function machineToBoot(
  given: RunOptions,
  numbers: RunNumbers,
  abort: AbortController,
): Promise<Machine> {
  const memory = parseVmMemory(given.memory);
  // What is wrong with a drive is said before minutes are spent on building a guest.
  const drives = await Drives.open(given.drive);
  let host: Host | undefined;
  try {
    const options = await withNested(given, abort.signal);
    const built = await openBuilt(options);
    if (built !== undefined) drives.own(built);
    const guest = built?.spec.guest ?? (await readGuest(options));
    using progress = new ProgressDisplay(process.stderr);
    host = await hostFor(memory, options);
    const vm = await host.create({
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
    const prompts = isDefault(options);
    return assembled({ host, vm, drives, options, isRestored: false, prompts }, built);
  } catch (error) {
    await host?.[Symbol.asyncDispose]();
    await drives[Symbol.asyncDispose]();
    throw error;
  }
}

/** What `hartwood top` calls the machine: as its guest, or the file that it boots. */
function nameOf({ guest, bare, firmware, kernel }: RunOptions): string {
  return guest ?? basename(bare ?? firmware ?? kernel ?? 'debian');
}

/** A host with room for one machine. */
export function hostFor(memory: number, options: RunOptions): Promise<Host> {
  return Host.create({
    memory: memory + OVERHEAD,
    engine: options.engine,
    ...(isTranslated(options) ? {} : { translate: false }),
  });
}

/** A machine whose parts are closed in the right order: drives when nobody writes to them. */
export function assembled(
  parts: Omit<Machine, 'built' | typeof Symbol.asyncDispose>,
  built?: OpenGuest,
): Machine {
  return {
    ...parts,
    ...(built === undefined ? {} : { built }),
    [Symbol.asyncDispose]: async () => {
      await parts.host[Symbol.asyncDispose]();
      await parts.drives[Symbol.asyncDispose]();
    },
  };
}

async function openBuilt(options: RunOptions): Promise<OpenGuest | undefined> {
  if (options.guest === undefined) return undefined;
  const { openGuest } = await import('../node/guests/open-guest.js');
  return openGuest(options.guest, { temporary: options.temporary ?? false });
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
export function isDefault({ bare, firmware, kernel }: RunOptions): boolean {
  return bare === undefined && kernel === (firmware === undefined ? undefined : 'debian');
}
