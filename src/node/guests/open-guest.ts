import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agentProgram } from '../../guest/agent/program.js';
import { joinCpio } from '../../guest/cpio.js';
import type { GuestManifest } from '../../guest/manifest.js';
import { writeRootBoot } from '../../guest/root/boot-initramfs.js';
import { RUN_FOLDER } from '../../guest/root/boot-script.js';
import type { Disk } from '../../machine/disk.js';
import type { VmSpec } from '../../vm/spec.js';
import type { Vm } from '../../vm/vm.js';
import { openDrive } from '../drive.js';
import { claimUse } from './claims.js';
import { GUEST_FILES, guestFolder, guestsDirectory, guestsTrouble } from './guest-folder.js';
import { showGuest } from './list.js';

export interface OpenGuestOptions {
  /** Changes of the disk are kept in memory, and lost when the guest is closed. Default false. */
  readonly temporary?: boolean;
  /** The folder of guests; default: see `guestsDirectory`. */
  readonly guests?: string;
}

/** Milliseconds that a guest has to stop its services and unmount its disk. */
const SHUTDOWN = 30_000;

/** A built guest, ready to be booted by one VM at a time. */
export class OpenGuest {
  readonly manifest: GuestManifest;
  /** What a VM's spec needs of it. */
  readonly spec: Pick<VmSpec, 'console'> & Required<Pick<VmSpec, 'guest' | 'append' | 'drives'>>;
  readonly #disk: Disk;
  readonly #release: () => Promise<void>;

  /** For `openGuest`. */
  constructor(
    manifest: GuestManifest,
    images: { readonly kernel: Uint8Array; readonly initrd: Uint8Array },
    disk: Disk,
    release: () => Promise<void>,
  ) {
    this.manifest = manifest;
    this.spec = { guest: images, append: manifest.append, drives: [disk], console: 'virtio' };
    this.#disk = disk;
    this.#release = release;
  }

  /**
   * Has a running VM of this guest stop its services, unmount its disk and switch itself off; if that takes
   * too long, the VM is stopped as by its power cord.
   */
  async shutDown(vm: Vm): Promise<void> {
    const limits = { timeout: SHUTDOWN };
    try {
      await vm.exec(`${RUN_FOLDER}/bin/poweroff`, limits);
      await vm.wait(limits);
    } catch {
      // It may have ended before the command was answered; else there is nothing better to do.
      await vm.stop();
    }
  }

  /** Closes the disk. The VM must have stopped. @throws DiskError if what it wrote cannot be kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#disk.close();
    } finally {
      await this.#release();
    }
  }
}

/**
 * Opens a built guest. What runs in it changes its disk, as with any machine, and nobody else may run it
 * then; `temporary` leaves the disk as it is, for any number of VMs side by side.
 *
 * @throws GuestError `guest-name`, `guest-damaged`, `guest-busy`; DiskError for a damaged image
 */
export async function openGuest(name: string, options: OpenGuestOptions = {}): Promise<OpenGuest> {
  const { temporary = false, guests = guestsDirectory() } = options;
  const { manifest } = await showGuest(name, guests);
  const folder = guestFolder(name, guests);
  try {
    const release = await claimUse(folder, name, temporary ? 'read' : 'write');
    try {
      const [kernel, initrd] = await Promise.all([
        readFile(join(folder, GUEST_FILES.kernel)),
        readFile(join(folder, GUEST_FILES.initrd)),
      ]);
      const disk = await openDrive({
        file: join(folder, GUEST_FILES.disk),
        format: 'qcow2',
        overlay: temporary,
      });
      const images = { kernel, initrd: joinCpio(initrd, writeRootBoot(agentProgram())) };
      return new OpenGuest(manifest, images, disk, release);
    } catch (error) {
      await release();
      throw error;
    }
  } catch (error) {
    throw guestsTrouble(guests, error);
  }
}
