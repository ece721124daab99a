import { LayoutValue } from '../core/abi.js';
import type { Core } from '../core/core.js';
import { ConfigurationError } from '../core/errors.js';
import { type BootPlan, planBoot } from '../machine/boot.js';
import { DEFAULT_CPU, parseCpuModel } from '../machine/cpu-model.js';
import type { Disk } from '../machine/disk.js';
import { formatMemorySize, parseMemorySize } from '../machine/memory-size.js';
import type { VirtioDevice } from '../machine/virtio/device.js';
import { bootImages } from './boot-images.js';
import { type Clock, realClock, virtualClock } from './clock.js';
import { requireOffered } from './cpu-offer.js';
import type { DeviceSpec } from './devices.js';
import type { MachineShape } from './guest-machine.js';
import { type Identity, newIdentity } from './identity.js';
import type { FetchOptions, Platform } from './platform.js';
import { rngSeed } from './seed.js';

/** A Linux kernel with what it boots from. */
export interface KernelGuest {
  /** A riscv64 Linux Image. */
  readonly kernel: Uint8Array;
  readonly initrd?: Uint8Array;
}

/** A statically linked RV64 executable, started in M-mode at its entry. */
export interface BareGuest {
  readonly bare: Uint8Array;
}

/** M-mode firmware, such as OpenSBI or U-Boot, with what it is to start. */
export interface FirmwareGuest {
  /** Raw code for 0x8000_0000, or an ELF executable. All harts begin there in M-mode. */
  readonly firmware: Uint8Array;
  /**
   * A riscv64 Linux Image, or an S-mode program: raw code for 0x8020_0000, or an ELF executable.
   * 'debian' is the default guest's, which has an initrd of its own.
   */
  readonly kernel?: 'debian' | Uint8Array;
  readonly initrd?: Uint8Array;
}

/** What a VM is to be. */
export interface VmSpec {
  /** 'debian' is the default guest: fetched once, then cached. */
  readonly guest: 'debian' | KernelGuest | BareGuest | FirmwareGuest;
  /** What lists of VMs call it. By default what kind of guest it is: 'debian', 'kernel', 'firmware' or 'bare'. */
  readonly name?: string;
  /** RAM: '256M', '1G', or bytes. Default 256M. */
  readonly memory?: string | number;
  /** Harts, 1 to 8. Default 1. */
  readonly cpus?: number;
  /** CPU model and its switches: 'rv64,zba=off'. Default 'rv64', all there is. */
  readonly cpu?: string;
  /** The kernel's command line, 'console=ttyS0' if not given; 'debian' adds it to its own. */
  readonly append?: string;
  /**
   * Disks, which the guest sees as /dev/vda and on. They stay their owner's: when the VM has stopped, all
   * that it wrote is flushed, and they can be closed or given to another VM. Unless it is read-only, a disk
   * is one drive of one VM at a time.
   */
  readonly drives?: readonly Disk[];
  /** Virtio devices of one's own. */
  readonly devices?: readonly VirtioDevice[];
  /**
   * What `vm.console` is: the UART (`/dev/ttyS0`) or the virtio console (`/dev/hvc0`). By default the latter for
   * 'debian', whose shell is there, else the UART.
   */
  readonly console?: 'serial' | 'virtio';
  /** 'virtual': time is counted in steps, and everything repeats bit for bit. Default 'real'. */
  readonly clock?: 'real' | 'virtual';
  /** Where entropy and a virtual clock's calendar begin. Default 0 if virtual, else random. */
  readonly seed?: number | bigint;
  /** Whether a guest that reboots starts again, or ends the VM. Default 'reboot'. */
  readonly onReset?: 'reboot' | 'stop';
  /** How 'debian' is fetched, if it must be: who is told, and what ends it. */
  readonly fetch?: FetchOptions;
}

export const DEFAULT_MEMORY = '256M';
/** As many as the design promises and the tests boot. */
export const MOST_CPUS = 8;
/** What a host's linear memory of 4 GiB has room for, with all that stands beside it. */
const MOST_MEMORY = 4000 * 2 ** 20;
const LEAST_MEMORY = 2 ** 20;
/** A spec that was checked, with its images. */
export interface ResolvedSpec {
  readonly name: string;
  readonly shape: MachineShape;
  readonly plan: BootPlan;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly reboots: boolean;
  readonly devices: DeviceSpec;
  readonly console: 'serial' | 'virtio';
}

/**
 * Checks a spec and fetches its guest.
 *
 * @throws ConfigurationError for a value that cannot be right; ImageError for images that cannot boot; what fetching
 *   the guest throws.
 */
export async function resolveSpec(
  spec: VmSpec,
  core: Core,
  platform: Platform,
): Promise<ResolvedSpec> {
  checkNames(spec);
  const memory = parseVmMemory(spec.memory ?? DEFAULT_MEMORY);
  const cpus = spec.cpus ?? 1;
  checkCpus(cpus, Math.min(MOST_CPUS, core.layout(LayoutValue.MaxHarts)));
  const cpu = parseCpuModel(spec.cpu ?? DEFAULT_CPU);
  requireOffered(core.engine, cpu);
  const clockKind = spec.clock ?? 'real';
  if (clockKind !== 'real' && clockKind !== 'virtual') {
    throw new ConfigurationError(`a clock is 'real' or 'virtual', not '${String(clockKind)}'`);
  }
  const seed = parseSeed(spec.seed, clockKind);
  const images = await bootImages(spec, memory, platform);
  return {
    name: spec.name ?? kindOf(spec.guest),
    shape: { memory, cpus, cpu, ...(seed === undefined ? {} : { seed }) },
    plan: planBoot(images, { memory, cpus, cpu, rngSeed: rngSeed(seed) }),
    clock: clockKind === 'virtual' ? virtualClock(seed ?? 0n) : realClock(),
    identity: newIdentity(seed),
    reboots: spec.onReset !== 'stop',
    devices: { drives: spec.drives ?? [], devices: spec.devices ?? [] },
    console: spec.console ?? (spec.guest === 'debian' ? 'virtio' : 'serial'),
  };
}

function kindOf(guest: VmSpec['guest']): string {
  if (guest === 'debian') return guest;
  if ('firmware' in guest) return 'firmware';
  return 'bare' in guest ? 'bare' : 'kernel';
}

/** Callers in JavaScript have no compiler that would tell them. */
const NAMES: Readonly<Record<keyof VmSpec, true>> = {
  guest: true,
  name: true,
  memory: true,
  cpus: true,
  cpu: true,
  append: true,
  drives: true,
  devices: true,
  console: true,
  clock: true,
  seed: true,
  onReset: true,
  fetch: true,
};

function checkNames(spec: VmSpec): void {
  const unknown = Object.keys(spec).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined) {
    const known = Object.keys(NAMES).join(', ');
    throw new ConfigurationError(`a VM has no property '${unknown}'; it has ${known}`);
  }
}

/** @throws ConfigurationError for a number of CPUs that no VM has. */
export function checkCpus(cpus: number, most: number): void {
  if (Number.isInteger(cpus) && cpus >= 1 && cpus <= most) return;
  throw new ConfigurationError(`a VM has 1 to ${most} CPUs, not ${cpus}`);
}

/** Bytes of a VM's RAM. @throws ConfigurationError. */
export function parseVmMemory(size: string | number): number {
  const memory = parseMemorySize(size, "the VM's memory");
  if (memory < LEAST_MEMORY || memory > MOST_MEMORY) {
    const range = `between ${formatMemorySize(LEAST_MEMORY)} and ${formatMemorySize(MOST_MEMORY)}`;
    throw new ConfigurationError(`the VM's memory must be ${range}, not ${size}`);
  }
  return memory;
}

function parseSeed(
  seed: number | bigint | undefined,
  clock: 'real' | 'virtual',
): bigint | undefined {
  if (seed === undefined) return clock === 'virtual' ? 0n : undefined;
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new ConfigurationError(`the seed must be a whole number, not ${seed}`);
  }
  return BigInt(seed);
}
