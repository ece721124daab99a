import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vm, VmSpec } from '../../../src/index.js';
import { Host } from '../../../src/node/door.js';
import { GUEST_FILES, guestFolder } from '../../../src/node/guests/guest-folder.js';
import { nestedGuest } from '../../../src/node/guests/nested-guest.js';
import { type OpenGuest, openGuest } from '../../../src/node/guests/open-guest.js';
import { temporaryFolder } from '../../leftovers.js';
import { type BenchMachine, BOOT_MS } from '../../machines/machine.js';
import { startPeer } from '../../machines/peer.js';

/** RAM of L1: L2 has 256 MB, and it is what `run --nested` gives. */
const MEMORY = '1G';
/** The same with what a host needs besides. */
const HOST_MEMORY = '1100M';
/** Nobody is at L1's own console. */
const QUIET = 'hartwood.console=off';

/** L1, ready for commands. */
export interface Hypervisor<Machine> {
  readonly machine: Machine;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The guest of `run --nested`, built if there is none; what this run changes in it is forgotten. */
async function nested(): Promise<OpenGuest> {
  return await openGuest(await nestedGuest(), { temporary: true });
}

/** L1 in this process. */
export async function startOwn(
  engine: string,
  clock: NonNullable<VmSpec['clock']>,
): Promise<Hypervisor<Vm>> {
  const guest = await nested();
  const host = await Host.create({ memory: HOST_MEMORY, engine });
  const dispose = async () => {
    await host[Symbol.asyncDispose]();
    await guest[Symbol.asyncDispose]();
  };
  try {
    const append = `${guest.spec.append} ${QUIET}`;
    const vm = await host.create({
      ...guest.spec,
      ...{ append, memory: MEMORY, cpu: 'rv64,h=on', clock },
    });
    await vm.start();
    await vm.ready({ timeout: BOOT_MS });
    return { machine: vm, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** L1 in QEMU, with the same kernel, disk and memory. @throws UnavailableError without QEMU */
export async function startInPeer(): Promise<Hypervisor<BenchMachine>> {
  const guest = await nested();
  try {
    const { guest: images, append } = guest.spec;
    const folder = await temporaryFolder();
    if (typeof images === 'string' || !('kernel' in images)) throw new TypeError('no kernel');
    await writeFile(join(folder, 'kernel'), images.kernel);
    await writeFile(join(folder, 'initrd'), images.initrd ?? new Uint8Array());
    const disk = join(guestFolder(guest.manifest.name), GUEST_FILES.disk);
    const machine = await startPeer({ append: `${append} ${QUIET}` }, folder, {
      memory: MEMORY,
      cpu: 'rv64,h=on',
      drives: [
        ...['-drive', `file=${disk},format=qcow2,if=none,id=root,snapshot=on`],
        ...['-device', 'virtio-blk-device,drive=root'],
      ],
    });
    const dispose = async () => {
      await machine[Symbol.asyncDispose]();
      await guest[Symbol.asyncDispose]();
    };
    return { machine, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await guest[Symbol.asyncDispose]();
    throw error;
  }
}
