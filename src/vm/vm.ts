import { ConfigurationError, VmStoppedError } from '../core/errors.js';
import type { GuestMemory } from '../core/guest-memory.js';
import type { SnapshotInfo } from '../snapshot/snapshot-info.js';
import type { ExecOptions, ExecResult } from './agent/exec.js';
import type { Files } from './agent/files.js';
import type { GuestProcess, SpawnOptions } from './agent/process.js';
import type { Console } from './console.js';
import { Copies } from './copies.js';
import type { Debugger } from './debugger.js';
import { arriveAt } from './destination.js';
import { DEFAULT_ENGINE } from './engines.js';
import type { VmFigures } from './figures.js';
import { type ForkOptions, type GoingVm, type MachineCopy, type RunningVm, vmsOf } from './fork.js';
import type { MachineCounts } from './guest-machine.js';
import type { Arrival } from './hold.js';
import { type Identity, identityTimeout } from './identity.js';
import { Life } from './life.js';
import { Selfhood } from './selfhood.js';
import type { RestoreOptions } from './snapshot/restore.js';
import type { SnapshotOptions } from './snapshot/take.js';
import type { ResolvedSpec } from './spec.js';
import type { StopReason } from './stop-reason.js';
import { summarize, type VmSummary } from './summary.js';
import type { WaitOptions } from './waits.js';
import { type VmHome, type VmParts, Works } from './works.js';

export type { VmParts };

/** The host that a VM is on. */
export interface VmHost extends VmHome {
  added(vm: Vm): void;
  freed(vm: Vm): void;
}

/**
 * A virtual machine on a host.
 *
 * ```
 *   created ── start ──▶ running ── guest ends, or stop ──▶ stopped ── dispose ──▶ freed
 * ```
 */
export class Vm {
  /** What lists of VMs call it, and its number on its host. */
  readonly name: string;
  readonly id: number;
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
  readonly #host: VmHost;
  readonly #works: Works;
  readonly #life: Life;
  readonly #self: Selfhood;
  readonly #copies: Copies;

  /**
   * For a host; takes the VM's control blocks.
   *
   * @param running what it goes on from, if it is another VM's copy, or was restored: it then runs already
   * @throws MemoryShortageError, SnapshotError: then nothing is kept
   */
  constructor(host: VmHost, spec: ResolvedSpec, running?: RunningVm) {
    const works = new Works(host, spec, running);
    this.#host = host;
    this.#works = works;
    this.#life = new Life(works);
    this.#self = new Selfhood(works);
    this.name = spec.name;
    this.id = host.nextId();
    this.serial = works.peripherals.serial;
    this.terminal = works.peripherals.terminal;
    this.console = works.peripherals.console;
    this.stopped = this.#life.stopped;
    this.restored = works.restore(host.scheduler);
    const whole = () => {
      works.restoring?.hurry();
      return this.restored;
    };
    this.#copies = new Copies(host, () => this.#going(), whole);
    host.added(this);
    if (running === undefined) return;
    running.restoring?.noteIn(this.#copies, spec.devices.drives);
    if (running.stands) works.hold.hold({ kind: 'paused', hart: 0 });
    this.#life.goOn();
  }

  /** @throws ConfigurationError if the VM was not started; VmStoppedError. */
  #going(): GoingVm {
    this.#life.mustRun();
    const { core, spec, machine, peripherals, source, hold } = this.#works;
    const self = this.#self;
    return {
      core,
      spec,
      machine,
      peripherals,
      source,
      // These may change while it comes to rest.
      get identity() {
        return self.identity;
      },
      get stands() {
        return hold.holds;
      },
      mustGo: () => this.#life.mustRun(),
    };
  }

  /**
   * Loads the images and starts the VM. It then runs between the turns of this thread's event loop.
   *
   * @throws ConfigurationError if it was started before; MemoryShortageError if the host's memory is
   * too short for the images, after which the VM is stopped.
   */
  start(): Promise<void> {
    return this.#life.start();
  }

  /** Resolves when the guest answers `exec`. @throws VmTimeoutError, VmStoppedError. */
  ready(options: WaitOptions = {}): Promise<void> {
    return this.#works.waits.until<void>('the guest was ready', options, (settle) => {
      if (this.#works.peripherals.agent.ready) settle.resolve();
      return this.#works.ready.listen(() => settle.resolve());
    });
  }

  /**
   * Resolves when the guest next idles behind a shell's prompt on its console.
   *
   * @throws VmTimeoutError, VmStoppedError.
   */
  prompted(options: WaitOptions = {}): Promise<void> {
    return this.#works.waits.until<void>('a prompt appeared', options, (settle) =>
      this.#works.prompt.listen(() => settle.resolve()),
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
    return this.#works.commands.exec(command, options);
  }

  /** Starts a shell command as `exec` does, with its input and output as streams. */
  spawn(command: string, options: SpawnOptions = {}): GuestProcess {
    return this.#works.commands.spawn(command, options);
  }

  /** The guest's files. */
  get files(): Files {
    return this.#works.commands.files;
  }

  /** Waits until the VM has stopped; how it did. @throws VmTimeoutError. */
  wait(options: WaitOptions = {}): Promise<StopReason> {
    return this.#works.waits.until<StopReason>(
      'the VM stopped',
      options,
      () => () => {},
      (reason) => reason,
      true,
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
    const arrived = arriveAt(this.#works, steps, options);
    const started = this.#life.isCreated ? this.start() : undefined;
    const [how] = await Promise.all([arrived, started]);
    return how;
  }

  /**
   * VMs that go on from here, all in the same step, the caller's to dispose of. A page of memory is copied when one of them
   * changes it. This VM keeps its disks; the others' writes stay in memory. What is under way in `exec` goes on here alone.
   * Unless `identity` is false, each is another machine when the promise resolves: generation ID, random numbers, and,
   * by the guest's agent, MAC and host name.
   *
   * @throws ConfigurationError for a VM that was not started, an engine that cannot, and a device that cannot be had
   *   twice; SnapshotError 'busy' if its drives do not come to rest; MemoryShortageError; VmStoppedError. Then there
   *   are no new VMs, and this one goes on.
   */
  async fork(count = 1, options: ForkOptions = {}): Promise<Vm[]> {
    const copies = await this.#copies.fork(count, options);
    const make = ({ spec, running }: MachineCopy) => {
      // Its host may have gone meanwhile.
      this.#life.mustRun();
      return new Vm(this.#host, spec, running);
    };
    const twins = vmsOf(this.#works.core, copies, make);
    if (options.identity === false) return twins;
    try {
      const limits = { timeout: identityTimeout(count) };
      await Promise.all(twins.map((twin) => twin.#self.become(this.#self.successor(), limits)));
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

  /**
   * For a host: makes the VM that it restored another machine, if it is to be, and lets it go.
   *
   * @throws VmTimeoutError, VmStoppedError
   */
  async settleIn({ identity = true, paused = false, hostName }: RestoreOptions): Promise<void> {
    if (!paused && this.#works.hold.holds) {
      this.#works.hold.release();
      this.#works.loop.gate.wake();
    }
    if (identity) await this.#self.comeBack(hostName);
  }

  /** Switches the VM off at once, as by its power cord; how it ended. Its memory stays readable. */
  stop(): Promise<StopReason> {
    return this.#life.end();
  }

  /**
   * Tells the guest how large the terminal is that shows `/dev/hvc0`; programs there get SIGWINCH.
   *
   * @throws ConfigurationError for numbers that no terminal has.
   */
  resize(columns: number, rows: number): void {
    this.#works.peripherals.devices.console.resize(columns, rows);
    this.#works.loop.gate.wake();
  }

  /**
   * Pauses, steps and looks at the VM.
   *
   * @throws ConfigurationError on an engine that has nothing for debuggers.
   */
  get debugger(): Debugger {
    const { name, debugs } = this.#works.core.engine;
    if (!debugs) {
      throw new ConfigurationError(
        `the engine '${name}' has no breakpoints and steps; debug on '${DEFAULT_ENGINE}'`,
      );
    }
    return this.#works.debugger;
  }

  /** What the machine has counted, over all its reboots. */
  get counts(): MachineCounts {
    return this.#works.machine.counts();
  }

  /** What the VM uses: the thread, memory. Cheaper than `summary`, for looking again and again. */
  figures(): VmFigures {
    const { hold, isRunning } = this.#works;
    const live = hold.stands ? 'paused' : 'running';
    const state = this.#life.stop !== undefined ? 'stopped' : isRunning ? live : 'created';
    return { id: this.id, name: this.name, state, ...this.#works.figures.take() };
  }

  /** What the VM has done so far. */
  async summary(): Promise<VmSummary> {
    return summarize(this.#works, this.#life);
  }

  /** What tells the VM from its copies. */
  get identity(): Identity {
    return this.#self.identity;
  }

  /** What the VM is made of, for tools that look inside. */
  get inside(): VmParts {
    return this.#works.parts;
  }

  /** The core's handle of this VM. */
  get handle(): number {
    return this.#works.machine.handle;
  }

  /** Symbols of a bare program; none of a kernel. */
  get symbols(): ReadonlyMap<string, bigint> {
    return this.#works.machine.plan.symbols;
  }

  /**
   * The guest's RAM, by guest-physical address.
   *
   * @throws VmStoppedError after disposal.
   */
  get ram(): GuestMemory {
    if (this.#works.machine.handle === 0) throw new VmStoppedError("the VM's memory was freed");
    return this.#works.machine.ram;
  }

  /** Stops the VM and frees its memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#works.machine.destroy();
    this.#host.freed(this);
  }
}
