import type { Translation } from '../core/translate/translation.js';
import type { Disk } from '../machine/disk.js';
import { OverlayDisk } from '../storage/overlay-disk.js';
import { DEFAULT_ENGINE } from '../vm/engines.js';
import type { Arrival } from '../vm/hold.js';
import { Host } from '../vm/host.js';
import type { Platform } from '../vm/platform.js';
import { DEFAULT_MEMORY, parseVmMemory, type VmSpec } from '../vm/spec.js';
import { describeStop, type StopReason } from '../vm/stop-reason.js';
import type { Vm } from '../vm/vm.js';
import { ConsoleRecord } from './console-record.js';
import { hartState, type MachineState } from './machine-state.js';
import { MemoryPages } from './memory-pages.js';
import type { EngineFigures } from './result.js';

/** Bytes of a host beside its guest's RAM: control blocks, with room. */
const OVERHEAD = 16 * 2 ** 20;

/** A VM's spec, as far as it is the user's to choose here. */
export type LockstepSpec = Omit<VmSpec, 'clock' | 'devices'>;

/** Disks to be written in memory only, those that can be written at all; they close nothing else. */
export function copiesOf(disks: readonly Disk[]): Disk[] {
  return disks.map((disk) => (disk.readOnly ? disk : new OverlayDisk(disk, { closeBase: false })));
}

/** The guest on one of the engines: a VM on a host of its own, under a virtual clock. */
export class Runner {
  readonly vm: Vm;
  readonly serial: ConsoleRecord;
  readonly terminal: ConsoleRecord;
  readonly pages: MemoryPages;
  readonly #engine: string;
  readonly #host: Host;
  readonly #harts: number;
  readonly #drives: readonly Disk[];
  #arrival: Arrival = 'reached';
  #stop: StopReason | undefined;
  #milliseconds = 0;

  private constructor(engine: string, host: Host, vm: Vm, harts: number, drives: readonly Disk[]) {
    this.#engine = engine;
    this.#host = host;
    this.#harts = harts;
    this.#drives = drives;
    this.vm = vm;
    this.serial = new ConsoleRecord(vm.serial);
    this.terminal = new ConsoleRecord(vm.terminal);
    this.pages = new MemoryPages(host.core, () => vm.handle);
  }

  /** Drives that can be written are the runner's own copies, in memory. @throws what `Host.create` throws. */
  static async create(
    platform: Platform,
    engine: string,
    spec: LockstepSpec,
    translate?: boolean | Translation,
  ): Promise<Runner> {
    const memory = parseVmMemory(spec.memory ?? DEFAULT_MEMORY);
    const host = await Host.createOn(platform, {
      engine,
      memory: memory + OVERHEAD,
      // Only one of the engines can.
      ...(translate === undefined || engine !== DEFAULT_ENGINE ? {} : { translate }),
    });
    const drives = copiesOf(spec.drives ?? []);
    const vm = await host.create({ ...spec, drives, clock: 'virtual' });
    return new Runner(engine, host, vm, spec.cpus ?? 1, drives);
  }

  /** Runs until the VM has taken `steps` steps, or can take no more. */
  async runTo(steps: bigint, signal?: AbortSignal): Promise<void> {
    if (this.#arrival !== 'reached') return;
    const began = performance.now();
    this.#arrival = await this.vm.runTo(steps, signal === undefined ? {} : { signal });
    // To get to step 0 is to load the guest.
    if (steps > 0n) this.#milliseconds += performance.now() - began;
    if (this.#arrival === 'stopped') this.#stop = await this.vm.stopped;
  }

  /** How the guest ended, in words; empty while it has not. */
  get end(): string {
    if (this.#arrival === 'reached') return '';
    return this.#stop === undefined ? 'idle' : describeStop(this.#stop);
  }

  /** What ended the VM, if it was no doing of the guest's. */
  get failure(): Error | undefined {
    return this.#stop?.error;
  }

  look(): MachineState {
    const { core } = this.#host;
    const { handle, counts } = this.vm;
    return {
      steps: counts.steps,
      time: counts.time,
      deadline: core.deadline(handle) ?? -1n,
      end: this.end,
      harts: Array.from({ length: this.#harts }, (_, hart) => hartState(core, handle, hart)),
    };
  }

  figures(): EngineFigures {
    const { steps, harts } = this.vm.counts;
    const seconds = this.#milliseconds / 1000;
    // What retired nothing was slow: an engine with fewer slow steps than that does not count them.
    const counted = harts.slow >= harts.unretired;
    return {
      name: this.#engine,
      steps: Number(steps),
      fastSteps: counted ? Number(steps) - harts.slow : 0,
      regionSteps: harts.regionSteps,
      seconds: Math.round(seconds * 1000) / 1000,
      speed: seconds === 0 ? 0 : Math.round(Number(steps) / seconds / 1e4) / 100,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host[Symbol.asyncDispose]();
    for (const disk of this.#drives) if (!disk.readOnly) await disk.close();
  }
}
