import { Readable } from 'node:stream';
import { ConfigurationError } from '../../core/errors.js';
import { Host } from '../../node/door.js';
import { openGuest } from '../../node/guests/open-guest.js';
import { DEFAULT_MEMORY, parseVmMemory } from '../../vm/spec.js';
import type { Vm } from '../../vm/vm.js';
import { Drives } from '../drives.js';
import { EXEC_WORDS, OVERHEAD } from '../guest-boot.js';
import type { Limits } from '../outcome.js';
import { sayLeftOut } from './around-command.js';
import { copyIn, guestStat } from './copy-in.js';
import { copyOut } from './copy-out.js';
import { localStat } from './local-tree.js';
import { type CopyPlan, checkTarget, planCopy } from './plan.js';
import { readTar, writeTar } from './tar-stream.js';

/**
 * `hartwood cp`: boots a built guest without its shell, copies, and switches it off. A copy out leaves
 * the guest's disk as it is.
 *
 * @throws ConfigurationError, GuestError (`guest-busy` if the guest runs), CopyError, GuestFileError,
 * DiskError
 */
export async function cp(words: readonly string[], signal: AbortSignal): Promise<void> {
  const plan = planCopy(words);
  await checkTarget(plan);
  // What is missing is said before a guest is booted.
  if (plan.direction === 'in') for (const path of plan.from) await localStat(path);
  const temporary = plan.direction === 'out';
  const guest = await openGuest(plan.guest, { temporary });
  await using drives = await Drives.open([]);
  drives.own(guest);
  const memory = parseVmMemory(DEFAULT_MEMORY);
  await using host = await Host.create({ memory: memory + OVERHEAD });
  const append = `${guest.spec.append} ${EXEC_WORDS}`;
  await using vm = await host.create({ ...guest.spec, append, memory, onReset: 'stop' });
  await vm.start();
  try {
    await copy(vm, plan, { signal });
  } finally {
    if (!temporary) await guest.shutDown(vm);
    await vm.stop();
  }
  await drives.close();
}

async function copy(vm: Vm, plan: CopyPlan, limits: Limits): Promise<void> {
  const { direction, from, to } = plan;
  if (direction === 'out') {
    for (const path of from) {
      if (to === undefined) await writeTar(vm, path, process.stdout, limits);
      else await copyOut(vm, { from: path, to }, limits);
    }
    return;
  }
  const folder = to ?? '.';
  if (from.length === 0) {
    const input = Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
    return await readTar(vm, folder, input, limits);
  }
  if (from.length > 1 && (await guestStat(vm, folder, limits))?.type !== 'directory') {
    throw new ConfigurationError(`'${folder}' in the guest is no folder; several sources need one`);
  }
  for (const path of from) await copyIn(vm, { from: path, to: folder }, limits, sayLeftOut);
}
