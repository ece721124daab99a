import { hasExtensions } from '../../isa/extensions.js';
import { ConfigurationError } from '../core/errors.js';
import { joinCpio } from '../guest/cpio.js';
import type { GuestImage } from '../guest/image.js';
import type { BootImages, KernelImages } from '../machine/boot.js';
import { DEFAULT_CPU, parseCpuModel } from '../machine/cpu-model.js';
import { formatMemorySize } from '../machine/memory-size.js';
import type { Platform } from './platform.js';
import type { VmSpec } from './spec.js';

/** With less Debian's kernel and its initramfs crawl or panic. */
const LEAST_DEBIAN = 112 * 2 ** 20;

const CONSOLE = 'console=ttyS0';

/**
 * What a VM boots from, fetched if need be.
 *
 * @param memory bytes of the VM's RAM
 * @throws ConfigurationError for a guest that is none, or has too little memory; what fetching throws
 */
export async function bootImages(
  spec: VmSpec,
  memory: number,
  platform: Platform,
): Promise<BootImages> {
  const { guest } = spec;
  if (guest === 'debian') return await debianImages(spec, memory, platform);
  if (typeof guest !== 'object' || guest === null) {
    throw new ConfigurationError(
      `a guest is 'debian', or an object with kernel, bare or firmware, not '${String(guest)}'; ` +
        'openGuest() gives what a built guest needs',
    );
  }
  if ('bare' in guest) return { bare: guest.bare };
  const words = { append: CONSOLE, ...given(spec) };
  if (!('firmware' in guest)) return { ...words, ...guest };
  const { kernel, ...rest } = guest;
  if (kernel === undefined) return { ...words, ...rest };
  if (kernel !== 'debian') return { ...words, ...rest, kernel };
  if (rest.initrd !== undefined) {
    throw new ConfigurationError("kernel 'debian' has an initrd of its own; give none beside it");
  }
  return { ...rest, ...(await debianImages(spec, memory, platform)) };
}

async function debianImages(
  spec: VmSpec,
  memory: number,
  platform: Platform,
): Promise<KernelImages> {
  if (memory < LEAST_DEBIAN) {
    const [least, asked] = [LEAST_DEBIAN, memory].map(formatMemorySize);
    throw new ConfigurationError(`the 'debian' guest needs ${least} of memory, not ${asked}`);
  }
  const image = await debian(spec, platform);
  const append = [image.append, spec.append].filter((words) => words).join(' ');
  // A disk is there to be mounted, and guests of the guest want KVM; all others boot faster without either.
  const disks = (spec.drives?.length ?? 0) + (spec.devices?.length ?? 0) > 0;
  const nested = hasExtensions(parseCpuModel(spec.cpu ?? DEFAULT_CPU).extensions, ['H']);
  const initrd =
    disks || nested ? joinCpio(image.initrd, await image.modulesOnDemand()) : image.initrd;
  return { kernel: image.kernel, initrd, append };
}

const given = (spec: VmSpec) => (spec.append === undefined ? {} : { append: spec.append });

function debian(spec: VmSpec, platform: Platform): Promise<GuestImage> {
  if (platform.debian === undefined) {
    throw new ConfigurationError("there is no 'debian' guest here; give a kernel and an initrd");
  }
  return platform.debian(spec.fetch ?? {});
}
