import type { Core } from '../core/core.js';
import type { VirtioBus } from '../machine/virtio/bus.js';
import type { NetworkDevice } from '../machine/virtio/network/network-device.js';
import { GuestCommands } from './agent/commands.js';
import type { Lenders } from './copies.js';
import { Debugger } from './debugger.js';
import { FigureCounter } from './figures.js';
import type { RunningVm } from './fork.js';
import { GuestMachine } from './guest-machine.js';
import { Hold } from './hold.js';
import { Milestone } from './milestone.js';
import { Peripherals } from './peripherals.js';
import { RunLoop } from './run-loop.js';
import type { Scheduler } from './sched/scheduler.js';
import { asRefusal } from './snapshot/record.js';
import type { Restoring } from './snapshot/restoring.js';
import type { SharedReader } from './snapshot/shared-reader.js';
import type { ResolvedSpec } from './spec.js';
import { Waits } from './waits.js';

/** The host that VMs are on. */
export interface VmHome extends Lenders {
  readonly core: Core;
  readonly scheduler: Scheduler;
  /** The number of the next VM, from 1 on. */
  nextId(): number;
  /** Has others on the host give memory back; whether there was any. */
  reclaim(): boolean;
}

/** What tools that look inside may have. */
export interface VmParts {
  readonly core: Core;
  readonly machine: GuestMachine;
  readonly bus: VirtioBus;
  readonly loop: RunLoop;
  readonly network: NetworkDevice;
  readonly commands: GuestCommands;
}

/** What a VM is made of, joined together. */
export class Works {
  readonly core: Core;
  readonly spec: ResolvedSpec;
  readonly peripherals: Peripherals;
  readonly machine: GuestMachine;
  readonly waits: Waits;
  readonly hold = new Hold();
  readonly debugger: Debugger;
  readonly commands: GuestCommands;
  readonly loop: RunLoop;
  readonly figures: FigureCounter;
  /** The guest answers `exec`; it idles behind a shell's prompt. */
  readonly ready = new Milestone();
  readonly prompt = new Milestone();
  /** Where the VM's memory comes from, if it was restored. */
  readonly restoring: Restoring | undefined;
  /** The snapshot whose pages are beneath its drives, and its images. */
  readonly source: SharedReader | undefined;
  /** Whether its run loop runs. */
  isRunning = false;

  /**
   * Takes the VM's control blocks.
   *
   * @param running what it goes on from, if it is another VM's copy, or was restored
   * @throws MemoryShortageError, SnapshotError: then nothing is kept
   */
  constructor(home: VmHome, spec: ResolvedSpec, running: RunningVm | undefined) {
    const { core, scheduler } = home;
    this.core = core;
    this.spec = spec;
    this.restoring = running?.restoring;
    this.source = running?.source;
    const wake = () => this.loop.gate.wake();
    const peripherals = new Peripherals(spec, () => this.ready.reach(), wake);
    this.peripherals = peripherals;
    this.machine = new GuestMachine(core, spec, peripherals.bus, running?.machine);
    try {
      this.restoring?.attach(core, this.machine, () => home.reclaim());
    } catch (error) {
      this.machine.destroy();
      throw error;
    }
    this.waits = new Waits(spec.clock, () => this.machine.time(), wake);
    this.debugger = new Debugger(core, this.machine, this.hold, () => this.isRunning, wake);
    this.commands = new GuestCommands(peripherals.agent, this.waits);
    const { bus, serial, terminal, console } = peripherals;
    this.loop = new RunLoop(
      {
        core,
        machine: this.machine,
        clock: spec.clock,
        bus,
        serial,
        consoles: [serial, terminal],
        console,
        waits: this.waits,
        scheduler,
        reboots: spec.reboots,
        hold: this.hold,
        pages: this.restoring,
        onFault: (error) => this.fail(error),
        reclaim: () => home.reclaim(),
        onReboot: () => {
          peripherals.agent.reset();
          if (core.engine.debugs) this.debugger.reinstate();
        },
      },
      () => this.prompt.reach(),
    );
    this.figures = new FigureCounter(core, this.machine, this.loop.client);
    if (running === undefined) return;
    try {
      peripherals.adopt(running.peripherals);
    } catch (error) {
      // A copy's machine is destroyed by who made it.
      if (this.restoring === undefined) throw error;
      this.machine.destroy();
      throw asRefusal(error);
    }
  }

  get parts(): VmParts {
    const { core, machine, peripherals, loop, commands } = this;
    const { bus, devices } = peripherals;
    return { core, machine, bus, loop, network: devices.network, commands };
  }

  /** Brings all of the VM's memory that is elsewhere. @throws SnapshotError, MemoryShortageError, and the VM stands. */
  async restore(scheduler: Scheduler): Promise<void> {
    try {
      await this.restoring?.fillAll(scheduler);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** What the guest needs cannot be had: it stands from now on, and whoever waits for it learns why. */
  fail(error: unknown): void {
    this.hold.hold({ kind: 'paused', hart: 0 });
    this.waits.fail(error);
  }
}
