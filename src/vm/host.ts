import { PAGE_SIZE } from '../core/abi.js';
import { Core } from '../core/core.js';
import { ConfigurationError } from '../core/errors.js';
import type { TranslationCounters } from '../core/translate/counters.js';
import type { Translation } from '../core/translate/translation.js';
import { parseMemorySize } from '../machine/memory-size.js';
import type { SnapshotStore } from '../snapshot/snapshot-store.js';
import { borrowDrives, returnDrives } from './drive-claims.js';
import { DEFAULT_ENGINE } from './engines.js';
import type { Platform } from './platform.js';
import { Scheduler } from './sched/scheduler.js';
import {
  giveUpRestored,
  type RestoredVm,
  type RestoreOptions,
  restoredVm,
} from './snapshot/restore.js';
import { resolveSpec, type VmSpec } from './spec.js';
import { Vm, type VmHost } from './vm.js';

export interface HostOptions {
  /** Memory for all guests and their control blocks: '1G', or bytes. Nothing is taken before use. */
  readonly memory?: string | number;
  /** What runs the guests: 'wasm' (the default), 'wasm-interpreter', or in Node also 'ts'. */
  readonly engine?: string;
  /** Whether hot guest code is translated to WebAssembly, and how; 'wasm' does by default, others never do. */
  readonly translate?: boolean | Translation;
}

const DEFAULT_MEMORY = '1G';

/** A host: one linear memory, and the VMs on it. */
export class Host {
  readonly #core: Core;
  readonly #platform: Platform;
  readonly #vms = new Set<Vm>();
  readonly #vmHost: VmHost;
  /** Who can give memory back. */
  readonly #lenders = new Set<() => boolean>();
  #disposed = false;

  private constructor(core: Core, platform: Platform) {
    this.#core = core;
    this.#platform = platform;
    let ids = 0;
    this.#vmHost = {
      core,
      scheduler: new Scheduler(() => platform.yieldToEvents()),
      nextId: () => ++ids,
      added: (vm) => this.#vms.add(vm),
      freed: (vm) => this.#vms.delete(vm),
      lend: (giveBack) => {
        this.#lenders.add(giveBack);
        return () => this.#lenders.delete(giveBack);
      },
      reclaim: () => [...this.#lenders].some((giveBack) => giveBack()),
    };
  }

  /**
   * A host without VMs.
   *
   * @throws ConfigurationError for a size that is none or an unknown engine, and a translation that cannot be right;
   * MemoryShortageError for a size that linear memory has no room for.
   */
  static async createOn(platform: Platform, options: HostOptions = {}): Promise<Host> {
    const bytes = parseMemorySize(options.memory ?? DEFAULT_MEMORY, "the host's memory");
    const engine = await platform.engine(options.engine ?? DEFAULT_ENGINE, options.translate);
    return new Host(await Core.create(engine, bytes), platform);
  }

  /**
   * A VM of this shape, not yet started.
   *
   * @throws ConfigurationError, ImageError, MemoryShortageError, or what fetching the guest throws;
   * the host is then as before.
   */
  async create(spec: VmSpec): Promise<Vm> {
    const resolved = await resolveSpec(spec, this.#core, this.#platform);
    if (this.#disposed) throw new ConfigurationError('the host was disposed of');
    const { drives, devices } = resolved.devices;
    const borrowed = borrowDrives(drives);
    try {
      return new Vm(this.#vmHost, { ...resolved, devices: { drives: borrowed, devices } });
    } catch (error) {
      await returnDrives(borrowed);
      throw error;
    }
  }

  /**
   * A VM that goes on where the one of a snapshot was; it runs already.
   *
   * @param id an id, the unique beginning of one, or a name: then the latest of that name
   * @throws SnapshotError for what is damaged, missing, or not known here, and nothing is restored; MemoryShortageError;
   *   ConfigurationError for a CPU model that the host's engine lacks. Of a lazy one's memory that is found out later:
   *   `vm.restored`
   */
  async restore(store: SnapshotStore, id: string, options: RestoreOptions = {}): Promise<Vm> {
    const reader = await store.open(id);
    let made: RestoredVm;
    try {
      made = restoredVm(this.#core, store, reader, options);
    } catch (error) {
      reader.close();
      throw error;
    }
    const { spec, running } = made;
    let vm: Vm;
    try {
      if (this.#disposed) throw new ConfigurationError('the host was disposed of');
      vm = new Vm(this.#vmHost, spec, running);
    } catch (error) {
      await giveUpRestored(made);
      throw error;
    }
    try {
      if (options.lazy === false) {
        running.restoring.hurry();
        await vm.restored;
      } else vm.restored.catch(() => undefined);
      await vm.settleIn(options);
    } catch (error) {
      await vm[Symbol.asyncDispose]();
      throw error;
    }
    return vm;
  }

  /** The VMs that were not disposed of, oldest first. */
  get vms(): readonly Vm[] {
    return [...this.#vms];
  }

  /** Bytes of the host's memory, all told and in use. */
  memory(): { readonly total: number; readonly used: number } {
    return {
      total: this.#core.frameLimit() * PAGE_SIZE,
      used: this.#core.framesUsed() * PAGE_SIZE,
    };
  }

  /** How the translation of hot code fares; undefined where all is interpreted. */
  get translation(): TranslationCounters | undefined {
    return this.#core.translation;
  }

  /** The host's core, for tests and tools that look inside. */
  get core(): Core {
    return this.#core;
  }

  /** Stops all VMs and frees their memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#vms].map((vm) => vm[Symbol.asyncDispose]()));
  }
}
