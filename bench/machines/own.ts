import { join } from 'node:path';
import type { GuestImage } from '../../src/guest/image.js';
import { Host, openDrive } from '../../src/node/door.js';
import { ConsoleMeter } from './console-meter.js';
import { DISKS } from './images.js';
import { type BenchMachine, BOOT_MS, MEMORY } from './machine.js';

/** Boots the guest in this process, as a user of the library does; its images are in `folder`. */
export async function startOwn(image: GuestImage, folder: string): Promise<BenchMachine> {
  const { kernel, initrd, append } = image;
  const drives = await Promise.all(
    DISKS.map(({ format }) => openDrive({ file: join(folder, `own.${format}`), format })),
  );
  const host = await Host.create({ memory: '512M' });
  const dispose = async () => {
    await host[Symbol.asyncDispose]();
    await Promise.all(drives.map((drive) => drive.close()));
  };
  try {
    const guest = { kernel, initrd };
    const vm = await host.create({ guest, append, memory: MEMORY, drives, console: 'virtio' });
    const console = new ConsoleMeter(vm.console.output);
    await vm.start();
    await vm.ready({ timeout: BOOT_MS });
    return { engine: 'wasm', agent: vm, console, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
