import {
  HART_COUNTERS,
  type HartCounter,
  HartRegister,
  REGIME_COUNTERS,
  REGIMES,
  type Regime,
  type RegimeCounter,
  StartMode,
  VM_FLAG_SBI,
} from '../core/abi.js';
import type { Core } from '../core/core.js';
import { MemoryShortageError } from '../core/errors.js';
import { EXIT_NAMES, type ExitName } from '../core/exit-reason.js';
import { GuestMemory } from '../core/guest-memory.js';
import { loadState } from '../core/machine-state.js';
import type { BootPlan } from '../machine/boot.js';
import type { CpuModel } from '../machine/cpu-model.js';
import type { BusState, VirtioBus } from '../machine/virtio/bus.js';
import { type Clock, ticksToNs } from './clock.js';
import type { Identity } from './identity.js';
import { asRefusal } from './snapshot/record.js';

/** A VM's shape, checked. */
export interface MachineShape {
  /** Bytes of RAM. */
  readonly memory: number;
  readonly cpus: number;
  readonly cpu: CpuModel;
  readonly seed?: bigint;
}

/** What a machine is made from. */
export interface MachineForm {
  readonly shape: MachineShape;
  readonly plan: BootPlan;
  readonly clock: Clock;
  /** Its ID is the VM generation ID. */
  readonly identity: Identity;
}

/** A machine that goes on: one that is in the core already, or one whose state was kept. */
export type RunningMachine = {
  readonly before: MachineCounts | undefined;
  readonly devices: BusState;
} & (
  | { /** The core's handle of it. */ readonly handle: number; readonly sections?: undefined }
  | { readonly sections: ReadonlyMap<string, Uint8Array> }
);

/** What a machine has counted, over all its reboots. */
export interface MachineCounts {
  readonly steps: bigint;
  readonly instructions: bigint;
  /** Ticks of `mtime`. */
  readonly time: bigint;
  readonly exits: Readonly<Record<ExitName, number>>;
  readonly harts: Readonly<Record<HartCounter, number>>;
  /** The same events told apart by the regime that the hart was in. */
  readonly regimes: RegimeCounts;
}

/** What happened in each regime, on all harts. */
export type RegimeCounts = Readonly<Record<Regime, Readonly<Record<RegimeCounter, number>>>>;

/**
 * The machine in the core: its control blocks, its RAM with the images in it. A reboot replaces it by
 * a fresh one of the same shape; what was counted before is added to what is counted after.
 */
export class GuestMachine {
  readonly #core: Core;
  readonly #shape: MachineShape;
  readonly #clock: Clock;
  readonly #bus: VirtioBus;
  readonly plan: BootPlan;
  #handle = 0;
  #generation: string;
  #before: MachineCounts | undefined;
  #final: MachineCounts | undefined;
  #restarting: Promise<void> | undefined;
  #boots = 0;
  ram: GuestMemory;

  /**
   * Takes the frames for the VM's control blocks, or takes over a machine that is in the core already.
   *
   * @throws MemoryShortageError, SnapshotError for a state that cannot be one, after which nothing is kept.
   */
  constructor(core: Core, form: MachineForm, bus: VirtioBus, running?: RunningMachine) {
    this.#core = core;
    this.#shape = form.shape;
    this.#clock = form.clock;
    this.#generation = form.identity.id;
    this.#bus = bus;
    this.plan = form.plan;
    if (running === undefined) {
      this.ram = this.#build();
      return;
    }
    this.#before = running.before;
    if (running.sections === undefined) {
      this.#handle = running.handle;
      this.ram = new GuestMemory(core, running.handle, form.shape.memory);
      bus.adopt(core, this.#handle, running.devices);
    } else {
      this.ram = this.#build();
      this.#load(running.sections, running.devices);
    }
  }

  #load(sections: ReadonlyMap<string, Uint8Array>, devices: BusState): void {
    try {
      loadState(this.#core, this.#handle, sections);
      // The time since is nobody's: the guest's clock goes on where it stood, and the calendar is today's.
      if (this.#clock.kind === 'real') this.#setClock();
      this.#bus.adopt(this.#core, this.#handle, devices);
    } catch (error) {
      this.destroy();
      throw asRefusal(error);
    }
  }

  #setClock(): void {
    // The calendar goes on over a reboot, though `mtime` of a virtual clock begins anew.
    const before = this.#clock.kind === 'virtual' ? ticksToNs(this.#before?.time ?? 0n) : 0n;
    const { coreKind, origin } = this.#clock;
    this.#core.exports.vmClock(this.#handle, coreKind, this.#clock.now(), origin + before);
  }

  /** What was counted before the last reboot, for a machine that goes on where this one is. */
  get countedBefore(): MachineCounts | undefined {
    return this.#before;
  }

  /** The core's handle of the VM; it changes with a reboot. */
  get handle(): number {
    return this.#handle;
  }

  /** Tells the machine in the core from those before a reboot: their handles may be the same. */
  get boots(): number {
    return this.#boots;
  }

  /** While a reboot brings the images into RAM: resolves when they are there, or cannot be had. */
  get restarting(): Promise<void> | undefined {
    return this.#restarting;
  }

  get harts(): number {
    return this.#shape.cpus;
  }

  /** Gives the VM another generation ID, which outlasts reboots. A guest that runs is told by an interrupt. */
  set generation(id: string) {
    this.#generation = id;
    if (this.#handle !== 0) this.#setGeneration();
  }

  #setGeneration(): void {
    const half = (at: number) =>
      BigInt(`0x${(this.#generation.slice(at, at + 16).match(/../g) ?? []).reverse().join('')}`);
    this.#core.exports.vmSetGeneration(this.#handle, half(0), half(16));
  }

  #build(): GuestMemory {
    const { memory, cpus, cpu } = this.#shape;
    const flags = this.plan.machineMode ? 0 : VM_FLAG_SBI;
    const vm = this.#core.createVm(memory, cpus, cpu.extensions, flags);
    this.#handle = vm;
    this.#boots += 1;
    try {
      this.#bus.attach(this.#core, vm);
      this.#setGeneration();
    } catch (error) {
      this.#core.exports.vmDestroy(vm);
      this.#handle = 0;
      throw error;
    }
    const ram = new GuestMemory(this.#core, vm, memory);
    const tohost = this.plan.symbols.get('tohost');
    if (tohost !== undefined && ram.contains(tohost, 8)) {
      this.#core.exports.vmWatchToHost(vm, tohost);
    }
    return ram;
  }

  /**
   * Puts the images in RAM and lets the harts begin: all of them in M-mode, or the first in S-mode.
   *
   * @throws MemoryShortageError if the images do not fit into what the host has left; SnapshotError if they are in a
   * snapshot that cannot be read.
   */
  async start(reclaim: () => boolean = () => false): Promise<void> {
    const { plan } = this;
    const contents = await (plan.load?.() ?? plan.contents);
    for (const { address, bytes } of contents) {
      withReclaim(reclaim, () => this.ram.write(address, bytes));
    }
    this.#setClock();
    const harts = plan.machineMode ? this.#shape.cpus : 1;
    const mode = plan.machineMode ? StartMode.Machine : StartMode.Supervisor;
    const { exports } = this.#core;
    for (let hart = 0; hart < harts; hart++) {
      exports.hartStart(this.#handle, hart, plan.entry, BigInt(hart), plan.tree, mode);
      if (plan.nextStage === undefined) continue;
      exports.hartSetRegister(this.#handle, hart, HartRegister.A2, plan.nextStage);
    }
  }

  /**
   * A hard reset: RAM is zeroed and loaded again, all devices are as new, harts begin anew.
   *
   * @param reclaim has others give memory back; whether there was any
   * @param onBuilt called when the new machine is there, and nothing in its RAM
   * @throws MemoryShortageError if the host cannot give the memory again; SnapshotError if the images cannot be had.
   */
  async restart(reclaim: () => boolean, onBuilt: () => void): Promise<void> {
    const restarted = this.#restart(reclaim, onBuilt);
    this.#restarting = restarted.catch(() => {});
    try {
      await restarted;
    } finally {
      this.#restarting = undefined;
    }
  }

  async #restart(reclaim: () => boolean, onBuilt: () => void): Promise<void> {
    const counts = this.counts();
    this.#bus.detach();
    this.#core.exports.vmDestroy(this.#handle);
    this.#handle = 0;
    this.#before = counts;
    try {
      this.ram = withReclaim(reclaim, () => this.#build());
    } catch (error) {
      this.#final = counts;
      throw error;
    }
    onBuilt();
    await this.start(reclaim);
  }

  /** Frees all of the VM's memory; its counts stay readable. */
  destroy(): void {
    if (this.#handle === 0) return;
    this.#final = this.counts();
    this.#bus.detach();
    this.#core.exports.vmDestroy(this.#handle);
    this.#handle = 0;
  }

  steps(): bigint {
    if (this.#final !== undefined) return this.#final.steps;
    return (this.#before?.steps ?? 0n) + this.#core.steps(this.#handle);
  }

  /** Ticks of the VM's clock; a reboot does not set it back. */
  time(): bigint {
    if (this.#final !== undefined) return this.#final.time;
    const now = this.#core.time(this.#handle);
    return this.#clock.kind === 'virtual' ? this.#offset() + now : now;
  }

  /** The earliest timer of an idle VM, on the scale of `time`. */
  deadline(): bigint | undefined {
    const deadline = this.#core.deadline(this.#handle);
    return deadline === undefined ? undefined : deadline + this.#offset();
  }

  /** Virtual clock: lets an idle VM's time pass until `time`. */
  skipTo(time: bigint): void {
    this.#core.exports.vmSkipTo(this.#handle, time - this.#offset());
  }

  #offset(): bigint {
    return this.#clock.kind === 'virtual' ? (this.#before?.time ?? 0n) : 0n;
  }

  /** Runs of the core by what they ended with. */
  exits(): Record<ExitName, number> {
    const exits = {} as Record<ExitName, number>;
    EXIT_NAMES.forEach((name, reason) => {
      exits[name] =
        this.#final?.exits[name] ??
        Number(this.#core.exports.vmExits(this.#handle, reason)) + (this.#before?.exits[name] ?? 0);
    });
    return exits;
  }

  counts(): MachineCounts {
    if (this.#final !== undefined) return this.#final;
    const core = this.#core;
    const before = this.#before;
    const harts = {} as Record<HartCounter, number>;
    for (const name of HART_COUNTERS) {
      harts[name] = before?.harts[name] ?? 0;
      for (let hart = 0; hart < this.#shape.cpus; hart++) {
        harts[name] += Number(core.counter(this.#handle, hart, name));
      }
    }
    return {
      steps: this.steps(),
      instructions: (before?.instructions ?? 0n) + core.instructions(this.#handle),
      time: this.time(),
      exits: this.exits(),
      harts,
      regimes: this.#regimes(),
    };
  }

  /** Runs of the core that ended in each regime, by its number, since the last reboot. */
  regimeExits(): number[] {
    return REGIMES.map((_, regime) => {
      let exits = 0;
      for (let hart = 0; hart < this.#shape.cpus; hart++) {
        exits += Number(this.#core.regimeCounter(this.#handle, hart, regime, 'exits'));
      }
      return exits;
    });
  }

  #regimes(): RegimeCounts {
    const counts = {} as Record<Regime, Record<RegimeCounter, number>>;
    REGIMES.forEach((regime, number) => {
      const row = {} as Record<RegimeCounter, number>;
      for (const name of REGIME_COUNTERS) {
        row[name] = this.#before?.regimes[regime][name] ?? 0;
        for (let hart = 0; hart < this.#shape.cpus; hart++) {
          row[name] += Number(this.#core.regimeCounter(this.#handle, hart, number, name));
        }
      }
      counts[regime] = row;
    });
    return counts;
  }
}

/** Does what may find no memory, and again for as long as others give some back. @throws MemoryShortageError. */
function withReclaim<T>(reclaim: () => boolean, work: () => T): T {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof MemoryShortageError && reclaim())) throw error;
    }
  }
}
