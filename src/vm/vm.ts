import type { Core } from '../core/core.js';
import { ConfigurationError, VmStoppedError } from '../core/errors.js';
import type { GuestMemory } from '../core/guest-memory.js';
import { CONSOLE_PORT } from '../guest/initramfs/init-script.js';
import { VirtioBus } from '../machine/virtio/bus.js';
import type { NetworkDevice } from '../machine/virtio/network/network-device.js';
import { Agent } from './agent/agent.js';
import { GuestCommands } from './agent/commands.js';
import type { ExecOptions, ExecResult } from './agent/exec.js';
import type { Files } from './agent/files.js';
import type { GuestProcess, SpawnOptions } from './agent/process.js';
import type { Clock } from './clock.js';
import { Console } from './console.js';
import { Debugger } from './debugger.js';
import { makeDevices, type VmDevices } from './devices.js';
import { claimDrives } from './drive-claims.js';
import { DEFAULT_ENGINE } from './engines.js';
import { GuestMachine, type MachineCounts } from './guest-machine.js';
import { type Arrival, Hold } from './hold.js';
import { type Identity, newIdentity } from './identity.js';
import { Milestone } from './milestone.js';
import type { Platform } from './platform.js';
import { asStop, RunLoop } from './run-loop.js';
import type { ResolvedSpec } from './spec.js';
import type { StopReason } from './stop-reason.js';
import { summarize, type VmSummary } from './summary.js';
import { TerminalPort } from './terminal-port.js';
import { type WaitOptions, Waits } from './waits.js';

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
  /** What tells the VM from its copies. */
  readonly identity: Identity;
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #hold = new Hold();
  readonly #debugger: Debugger;
  readonly #machine: GuestMachine;
  readonly #agent: Agent;
  readonly #waits: Waits;
  readonly #commands: GuestCommands;
  readonly #loop: RunLoop;
  readonly #onFreed: () => void;
  readonly #devices: VmDevices;
  readonly #bus: VirtioBus;
  readonly #releaseDrives: () => void;
  #settleStopped: (reason: StopReason) => void = () => {};
  #running = false;
  #stop: StopReason | undefined;
  #startedAt = 0;
  #endedAt = 0;
  readonly #ready = new Milestone();
  readonly #prompt = new Milestone();

  /** For `Host.create`; takes the VM's control blocks. */
  constructor(core: Core, platform: Platform, spec: ResolvedSpec, onFreed: () => void) {
    this.#onFreed = onFreed;
    this.#core = core;
    this.#clock = spec.clock;
    const wake = () => this.#loop.gate.wake();
    this.serial = new Console(wake);
    this.terminal = new Console(wake);
    this.console = spec.console === 'serial' ? this.serial : this.terminal;
    const greeted = () => this.#ready.reach();
    // What the guest sees of a virtual clock's machine repeats.
    let nonce = 0n;
    this.#agent =
      spec.clock.kind === 'virtual'
        ? new Agent(greeted, wake, () => ++nonce)
        : new Agent(greeted, wake);
    this.identity = newIdentity(spec.shape.seed);
    this.#devices = makeDevices(
      spec.devices,
      [new TerminalPort(CONSOLE_PORT, this.terminal), this.#agent],
      {
        cpus: spec.shape.cpus,
        virtual: spec.clock.kind === 'virtual',
        mac: this.identity.mac,
        ...(spec.shape.seed === undefined ? {} : { seed: spec.shape.seed }),
      },
    );
    this.#bus = new VirtioBus(this.#devices.plan, wake);
    this.#releaseDrives = claimDrives(spec.devices.drives);
    try {
      const { id } = this.identity;
      this.#machine = new GuestMachine(core, spec.shape, spec.clock, this.#bus, id);
    } catch (error) {
      this.#releaseDrives();
      throw error;
    }
    this.#waits = new Waits(spec.clock, () => this.#machine.time(), wake);
    const hold = this.#hold;
    this.#debugger = new Debugger(core, this.#machine, hold, () => this.#running, wake);
    this.#commands = new GuestCommands(this.#agent, this.#waits);
    this.#loop = new RunLoop(
      {
        core,
        machine: this.#machine,
        clock: spec.clock,
        bus: this.#bus,
        serial: this.serial,
        consoles: [this.serial, this.terminal],
        console: this.console,
        waits: this.#waits,
        yieldToEvents: platform.yieldToEvents,
        reboots: spec.reboots,
        hold,
        onReboot: () => {
          this.#agent.reset();
          if (core.engine.debugs) this.#debugger.reinstate();
        },
      },
      () => this.#prompt.reach(),
    );
    this.stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
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
      this.#machine.start();
    } catch (error) {
      await this.#closeDevices();
      this.#end(asStop(error));
      throw error;
    }
    this.#running = true;
    void this.#loop.run().then((reason) => this.#end(reason));
  }

  /** For a VM that never ran; what a device fails at then is of no consequence. */
  async #closeDevices(): Promise<void> {
    this.#bus.detach();
    await this.#bus.close().catch(() => {});
  }

  #end(reason: StopReason): void {
    this.#running = false;
    this.#stop = reason;
    this.#endedAt = performance.now();
    this.serial.close();
    this.terminal.close();
    this.#waits.stop(reason);
    this.#releaseDrives();
    this.#settleStopped(reason);
  }

  /** Resolves when the guest answers `exec`. @throws VmTimeoutError, VmStoppedError. */
  ready(options: WaitOptions = {}): Promise<void> {
    return this.#waits.until<void>('the guest was ready', options, (settle) => {
      if (this.#agent.ready) settle.resolve();
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
    if (this.#clock.kind !== 'virtual') {
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
    this.#devices.console.resize(columns, rows);
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
    const drives = this.#devices.blocks.map(({ counts }) => structuredClone(counts));
    return summarize(
      this.#core.engine.name,
      this.#machine.counts(),
      this.#core.translation,
      seconds,
      secondsToPrompt,
      this.#stop,
      drives,
      { ...this.#devices.network.counts },
      this.#bus.health(),
    );
  }

  /** What the VM is made of, for tools that look inside. */
  get inside(): VmParts {
    return {
      core: this.#core,
      machine: this.#machine,
      bus: this.#bus,
      loop: this.#loop,
      network: this.#devices.network,
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
    this.#onFreed();
  }
}
