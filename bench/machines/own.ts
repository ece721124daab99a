import { join } from 'node:path';
import type { GuestImage } from '../../src/guest/image.js';
import { Host, openDrive } from '../../src/node/door.js';
import { ConsoleMeter } from './console-meter.js';
import { DISKS, type Format } from './images.js';
import { type BenchMachine, BOOT_MS, MEMORY } from './machine.js';

/**
 * Boots the guest in this process, as a user of the library does; its images are in `folder`, without which it has
 * no disks.
 */
export async function startOwn(
  engine: string,
  { kernel, initrd, append }: GuestImage,
  folder?: string,
): Promise<BenchMachine> {
  const imageOf = (format: Format) => join(folder ?? '', `own.${format}`);
  const formats = folder === undefined ? [] : DISKS.map(({ format }) => format);
  const host = await Host.create({ memory: '512M', engine });
  const drives = await Promise.all(
    formats.map((format) => openDrive({ file: imageOf(format), format })),
  );
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
    return { engine, agent: vm, console, imageOf, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
