import type { Core } from '../core/core.js';
import { ConfigurationError, VmStoppedError } from '../core/errors.js';
import type { GuestMemory } from '../core/guest-memory.js';
import type { VirtioBus } from '../machine/virtio/bus.js';
import type { NetworkDevice } from '../machine/virtio/network/network-device.js';
import type { SnapshotInfo } from '../snapshot/snapshot-info.js';
import { GuestCommands } from './agent/commands.js';
import type { ExecOptions, ExecResult } from './agent/exec.js';
import type { Files } from './agent/files.js';
import type { GuestProcess, SpawnOptions } from './agent/process.js';
import type { Console } from './console.js';
import { Copies, type Lenders } from './copies.js';
import { Debugger } from './debugger.js';
import { returnDrives } from './drive-claims.js';
import { DEFAULT_ENGINE } from './engines.js';
import type { ForkOptions, GoingVm, RunningVm } from './fork.js';
import { GuestMachine, type MachineCounts } from './guest-machine.js';
import { type Arrival, Hold } from './hold.js';
import { applyIdentity, type Identity, type IdentityOptions, newIdentity } from './identity.js';
import { Milestone } from './milestone.js';
import { Peripherals } from './peripherals.js';
import { asStop, RunLoop } from './run-loop.js';
import type { Scheduler } from './sched/scheduler.js';
import type { RestoreOptions } from './snapshot/restore.js';
import type { Restoring } from './snapshot/restoring.js';
import type { SnapshotOptions } from './snapshot/take.js';
import type { ResolvedSpec } from './spec.js';
import { describeStop, type StopReason } from './stop-reason.js';
import { summarize, type VmSummary } from './summary.js';
import { type WaitOptions, Waits } from './waits.js';

/** The host that a VM is on. */
export interface VmHome extends Lenders {
  readonly core: Core;
  readonly scheduler: Scheduler;
  added(vm: Vm): void;
  freed(vm: Vm): void;
  /** Has others on the host give memory back; whether there was any. */
  reclaim(): boolean;
}

export interface VmParts {
  readonly core: Core;
  readonly machine: GuestMachine;
  readonly bus: VirtioBus;
  readonly loop: RunLoop;
  readonly network: NetworkDevice;
  readonly commands: GuestCommands;
}

/**
 * A virtual machine on a host.
 *
 * ```
 *   created ── start ──▶ running ── guest ends, or stop ──▶ stopped ── dispose ──▶ freed
 * ```
 */
export class Vm {
  /** The guest's console, where its shell is: bytes both ways. It is one of the two below. */
  readonly console: Console;
  /** The UART, `/dev/ttyS0`, where the kernel's log goes. */
  readonly serial: Console;
  /** The virtio console's terminal, `/dev/hvc0`. */
  readonly terminal: Console;
  /** How the VM ended, once it has. Waiting for it lets no virtual time pass; `wait` does. */
  readonly stopped: Promise<StopReason>;
  /**
   * Resolves when all of the VM's memory is in place; at once, unless it was restored lazily. What its snapshot fails
   * with rejects it, and pauses the VM.
   */
  readonly restored: Promise<void>;
  readonly #home: VmHome;
  readonly #core: Core;
  readonly #spec: ResolvedSpec;
  #identity: Identity;
  #becoming = 0n;
  readonly #copies: Copies;
  readonly #restoring: Restoring | undefined;
  readonly #hold = new Hold();
  readonly #debugger: Debugger;
  readonly #machine: GuestMachine;
  readonly #peripherals: Peripherals;
  readonly #waits: Waits;
  readonly #commands: GuestCommands;
  readonly #loop: RunLoop;
  #settleStopped: (reason: StopReason) => void = () => {};
  #running = false;
  #stop: StopReason | undefined;
  #startedAt = 0;
  #endedAt = 0;
  readonly #ready = new Milestone();
  readonly #prompt = new Milestone();

  /**
   * For a host; takes the VM's control blocks.
   *
   * @param running what it goes on from, if it is another VM's copy: it then runs already
   * @throws MemoryShortageError, ConfigurationError for drives that are in use; then nothing is kept
   */
  constructor(home: VmHome, spec: ResolvedSpec, running?: RunningVm) {
    const { core, scheduler } = home;
    this.#home = home;
    this.#core = core;
    this.#spec = spec;
    this.#identity = spec.identity;
    const wake = () => this.#loop.gate.wake();
    const peripherals = new Peripherals(spec, () => this.#ready.reach(), wake);
    this.#peripherals = peripherals;
    this.serial = peripherals.serial;
    this.terminal = peripherals.terminal;
    this.console = peripherals.console;
    this.#machine = new GuestMachine(core, spec, peripherals.bus, running?.machine);
    try {
      running?.restoring?.attach(core, this.#machine);
    } catch (error) {
      this.#machine.destroy();
      throw error;
    }
    this.#waits = new Waits(spec.clock, () => this.#machine.time(), wake);
    const hold = this.#hold;
    this.#debugger = new Debugger(core, this.#machine, hold, () => this.#running, wake);
    this.#commands = new GuestCommands(peripherals.agent, this.#waits);
    this.#loop = new RunLoop(
      {
        core,
        machine: this.#machine,
        clock: spec.clock,
        bus: peripherals.bus,
        serial: this.serial,
        consoles: [this.serial, this.terminal],
        console: this.console,
        waits: this.#waits,
        scheduler,
        reboots: spec.reboots,
        hold,
        pages: running?.restoring,
        onFault: (error) => this.#fail(error),
        reclaim: () => home.reclaim(),
        onReboot: () => {
          peripherals.agent.reset();
          if (core.engine.debugs) this.#debugger.reinstate();
        },
      },
      () => this.#prompt.reach(),
    );
    this.stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
    this.#restoring = running?.restoring;
    this.restored = this.#restoring === undefined ? Promise.resolve() : this.#restore();
    this.#copies = new Copies(
      home,
      () => this.#going(),
      () => this.#whole(),
    );
    home.added(this);
    if (running === undefined) return;
    running.restoring?.noteIn(this.#copies, spec.devices.drives);
    peripherals.adopt(running.peripherals);
    if (running.stands) hold.hold({ kind: 'paused', hart: 0 });
    this.#startedAt = performance.now();
    this.#begin();
  }

  async #restore(): Promise<void> {
    try {
      await this.#restoring?.fillAll(this.#home.scheduler);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Resolves when all memory is in place, as soon as can be. @throws SnapshotError, MemoryShortageError */
  #whole(): Promise<void> {
    this.#restoring?.hurry();
    return this.restored;
  }

  /** What the guest needs cannot be had: it stands from now on, and whoever waits for it learns why. */
  #fail(error: unknown): void {
    this.#hold.hold({ kind: 'paused', hart: 0 });
    this.#waits.fail(error);
  }

  /**
   * Loads the images and starts the VM. It then runs between the turns of this thread's event loop.
   *
   * @throws ConfigurationError if it was started before; MemoryShortageError if the host's memory is
   * too short for the images, after which the VM is stopped.
   */
  async start(): Promise<void> {
    if (this.#startedAt !== 0 || this.#stop !== undefined) {
      throw new ConfigurationError('the VM was started before; create another one');
    }
    this.#startedAt = performance.now();
    try {
      await this.#machine.start();
    } catch (error) {
      await this.#closeDevices();
      this.#end(asStop(error));
      throw error;
    }
    this.#begin();
  }

  #begin(): void {
    this.#running = true;
    void this.#loop.run().then(async (reason) => {
      await returnDrives(this.#spec.devices.drives);
      this.#restoring?.close();
      this.#end(reason);
    });
  }

  /** For a VM that never ran; what a device fails at then is of no consequence. */
  async #closeDevices(): Promise<void> {
    this.#peripherals.bus.detach();
    await this.#peripherals.bus.close().catch(() => {});
    await returnDrives(this.#spec.devices.drives);
  }

  #end(reason: StopReason): void {
    this.#running = false;
    this.#stop = reason;
    this.#endedAt = performance.now();
    this.serial.close();
    this.terminal.close();
    this.#waits.stop(reason);
    this.#settleStopped(reason);
  }

  /** Resolves when the guest answers `exec`. @throws VmTimeoutError, VmStoppedError. */
  ready(options: WaitOptions = {}): Promise<void> {
    return this.#waits.until<void>('the guest was ready', options, (settle) => {
      if (this.#peripherals.agent.ready) settle.resolve();
      return this.#ready.listen(() => settle.resolve());
    });
  }

  /**
   * Resolves when the guest next idles behind a shell's prompt on its console.
   *
   * @throws VmTimeoutError, VmStoppedError.
   */
  prompted(options: WaitOptions = {}): Promise<void> {
    return this.#waits.until<void>('a prompt appeared', options, (settle) =>
      this.#prompt.listen(() => settle.resolve()),
    );
  }

  /**
   * Runs a shell command in the guest, as root, to its end; waits until the guest is ready first. 16 may
   * run at once, more wait for their turn. A command whose wait ends early is killed, with all that it
   * started in its process group. What it leaves running must not write to its output, which is closed.
   *
   * @throws VmTimeoutError, VmStoppedError; AgentError if the command cannot start, its output is larger
   * than 256 MiB, the agent is lost or the guest reboots; ConfigurationError for what can be no command.
   */
  exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    return this.#commands.exec(command, options);
  }

  /** Starts a shell command as `exec` does, with its input and output as streams. */
  spawn(command: string, options: SpawnOptions = {}): GuestProcess {
    return this.#commands.spawn(command, options);
  }

  /** The guest's files. */
  get files(): Files {
    return this.#commands.files;
  }

  /** Waits until the VM has stopped; how it did. @throws VmTimeoutError. */
  wait(options: WaitOptions = {}): Promise<StopReason> {
    return this.#waits.until<StopReason>(
      'the VM stopped',
      options,
      () => () => {},
      (reason) => reason,
    );
  }

  /**
   * Virtual clock: runs the VM until it has taken `steps` steps since its first start, and no more; it
   * then stands until this is called again. Starts it, if that is still to be done. Where it was cut
   * leaves no trace in the guest.
   *
   * @throws ConfigurationError under a real clock; what `start` throws; the reason of a signal, and the
   * VM then stands somewhere before.
   */
  async runTo(steps: bigint, options: { readonly signal?: AbortSignal } = {}): Promise<Arrival> {
    if (this.#spec.clock.kind !== 'virtual') {
      throw new ConfigurationError("a VM runs to a step under a clock of the kind 'virtual' only");
    }
    const arrived = this.#waits.until<Arrival>(
      `it had taken ${steps} steps`,
      options,
      (settle) => {
        this.#hold.goTo({ steps, arrive: (how) => settle.resolve(how) });
        return () => {
          if (this.#hold.destination !== undefined) this.#hold.endJourney('reached');
        };
      },
      () => 'stopped',
    );
    const started = this.#startedAt === 0 && this.#stop === undefined ? this.start() : undefined;
    const [how] = await Promise.all([arrived, started]);
    return how;
  }

  /**
   * VMs that go on from here as this one does, all in the same step: harts, devices, and memory, of which each page is
   * copied only when one of them changes it. They are the caller's to dispose of. The guest's drives are branched: this VM
   * keeps its disks, the others' writes stay in memory. What is under way in `exec` goes on in this VM alone. Unless
   * `identity` is false, each is another machine when the promise resolves: generation ID, random numbers, and, where the
   * guest has an agent, MAC and host name.
   *
   * @throws ConfigurationError for a VM that was not started, an engine that cannot, and a device that cannot be had
   *   twice; SnapshotError 'busy' if its drives do not come to rest; MemoryShortageError; VmStoppedError. Then there
   *   are no new VMs, and this one goes on.
   */
  async fork(count = 1, options: ForkOptions = {}): Promise<Vm[]> {
    const copies = await this.#copies.fork(count, options);
    const twins = copies.map(({ spec, running }) => new Vm(this.#home, spec, running));
    if (options.identity === false) return twins;
    try {
      await Promise.all(twins.map((twin) => twin.#become(this.#newIdentity())));
    } catch (error) {
      await Promise.all(twins.map((twin) => twin[Symbol.asyncDispose]()));
      throw error;
    }
    return twins;
  }

  /**
   * Puts the VM as it is now into a store, with the contents of all drives that it can write to; it goes on meanwhile, and
   * stands still for its devices' state alone. With a `parent` that was taken of this VM since it booted, or that it
   * was restored from, only what changed since is read.
   *
   * @throws SnapshotError, MemoryShortageError if the VM needed the memory, ConfigurationError for a VM that was not
   *   started or has devices of one's own, VmStoppedError, the signal's reason. The store is then as before.
   */
  snapshot(options: SnapshotOptions): Promise<SnapshotInfo> {
    return this.#copies.snapshot(options);
  }

  /** Makes the VM another machine. It goes on as it is where that cannot be told to its guest. */
  async #become(identity: Identity, options: IdentityOptions = {}): Promise<void> {
    const { agent, devices } = this.#peripherals;
    const target = {
      core: this.#core,
      machine: this.#machine,
      network: devices.network,
      commands: agent.ready && !this.#hold.holds ? this.#commands : undefined,
      loop: this.#loop,
    };
    this.#identity = identity;
    // A seeded source goes on as another one as well.
    if (devices.entropy.state !== null) devices.entropy.state = String(BigInt(`0x${identity.id}`));
    await applyIdentity(target, identity, options);
  }

  /** Another machine's identity; under a virtual clock always the same ones, one after another. */
  #newIdentity(): Identity {
    const { clock } = this.#spec;
    if (clock.kind === 'real') return newIdentity();
    this.#becoming += 1n;
    return newIdentity(BigInt(`0x${this.#identity.id}`) + this.#becoming);
  }

  /** @throws ConfigurationError if the VM was not started; VmStoppedError. */
  #going(): GoingVm {
    if (this.#stop !== undefined) throw new VmStoppedError(describeStop(this.#stop));
    if (!this.#running) throw new ConfigurationError('the VM was not started; start it first');
    return {
      core: this.#core,
      spec: this.#spec,
      identity: this.#identity,
      machine: this.#machine,
      peripherals: this.#peripherals,
      stands: this.#hold.holds,
      mustGo: () => void this.#going(),
    };
  }

  /**
   * For a host: makes the VM that it restored another machine, if it is to be, and lets it go.
   *
   * @throws VmTimeoutError, VmStoppedError
   */
  async settleIn({ identity = true, paused = false, hostName }: RestoreOptions): Promise<void> {
    if (!paused && this.#hold.holds) {
      this.#hold.release();
      this.#loop.gate.wake();
    }
    if (!identity) return;
    const { clock } = this.#spec;
    const other = this.#newIdentity();
    await this.#become(
      hostName === undefined ? other : { ...other, hostName },
      // It slept through the time between, and its own clock went on where it stood.
      clock.kind === 'real' ? { time: BigInt(Date.now()) * 1_000_000n } : {},
    );
  }

  /** Switches the VM off at once, as by its power cord; how it ended. Its memory stays readable. */
  async stop(): Promise<StopReason> {
    if (this.#running) this.#loop.stop();
    else if (this.#startedAt === 0 && this.#stop === undefined) {
      this.#startedAt = performance.now();
      await this.#closeDevices();
      this.#end({ kind: 'host', code: 0 });
    }
    return this.stopped;
  }

  /**
   * Tells the guest how large the terminal is that shows `/dev/hvc0`; programs there get SIGWINCH.
   *
   * @throws ConfigurationError for numbers that no terminal has.
   */
  resize(columns: number, rows: number): void {
    this.#peripherals.devices.console.resize(columns, rows);
    this.#loop.gate.wake();
  }

  /**
   * Pauses, steps and looks at the VM.
   *
   * @throws ConfigurationError on an engine that has nothing for debuggers.
   */
  get debugger(): Debugger {
    const { name, debugs } = this.#core.engine;
    if (!debugs) {
      throw new ConfigurationError(
        `the engine '${name}' has no breakpoints and steps; debug on '${DEFAULT_ENGINE}'`,
      );
    }
    return this.#debugger;
  }

  /** What the machine has counted, over all its reboots. */
  get counts(): MachineCounts {
    return this.#machine.counts();
  }

  /** What the VM has done so far. */
  async summary(): Promise<VmSummary> {
    const started = this.#startedAt;
    const until = this.#stop === undefined ? performance.now() : this.#endedAt;
    const seconds = started === 0 ? 0 : (until - started) / 1000;
    const prompt = this.#prompt.first ?? this.#ready.first;
    const secondsToPrompt = prompt === undefined ? undefined : (prompt - started) / 1000;
    const drives = this.#peripherals.devices.blocks.map(({ counts }) => structuredClone(counts));
    return summarize(
      this.#core.engine.name,
      this.#machine.counts(),
      this.#core.translation,
      seconds,
      secondsToPrompt,
      this.#stop,
      drives,
      { ...this.#peripherals.devices.network.counts },
      this.#peripherals.bus.health(),
    );
  }

  /** What tells the VM from its copies. */
  get identity(): Identity {
    return this.#identity;
  }

  /** What the VM is made of, for tools that look inside. */
  get inside(): VmParts {
    return {
      core: this.#core,
      machine: this.#machine,
      bus: this.#peripherals.bus,
      loop: this.#loop,
      network: this.#peripherals.devices.network,
      commands: this.#commands,
    };
  }

  /** The core's handle of this VM. */
  get handle(): number {
    return this.#machine.handle;
  }

  /** Symbols of a bare program; none of a kernel. */
  get symbols(): ReadonlyMap<string, bigint> {
    return this.#machine.plan.symbols;
  }

  /**
   * The guest's RAM, by guest-physical address.
   *
   * @throws VmStoppedError after disposal.
   */
  get ram(): GuestMemory {
    if (this.#machine.handle === 0) throw new VmStoppedError("the VM's memory was freed");
    return this.#machine.ram;
  }

  /** Stops the VM and frees its memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#machine.destroy();
    this.#home.freed(this);
  }
}
