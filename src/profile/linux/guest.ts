import type { Core } from '../../core/core.js';
import type { GuestMachine } from '../../vm/guest-machine.js';
import type { Symbols } from '../symbol-file.js';
import { readKallsyms } from './kallsyms.js';
import { LinuxTasks } from './tasks.js';

const USER = 0;

/** The Linux in a guest, if there is one, as far as it can be known from outside. */
export class LinuxGuest {
  readonly #core: Core;
  readonly #machine: GuestMachine;
  readonly #given: Symbols | undefined;
  /** Whether they were looked for. */
  #symbolsSought = false;
  #tasksSought = false;
  #symbols: Symbols | undefined;
  #tasks: LinuxTasks | undefined;

  /** @param given the kernel's symbols, if they are known already */
  constructor(core: Core, machine: GuestMachine, given: Symbols | undefined) {
    this.#core = core;
    this.#machine = machine;
    this.#given = given;
  }

  /** The symbols that the kernel has of itself; looked for once. */
  symbols(): Symbols | undefined {
    const { handle, ram } = this.#machine;
    if (!this.#symbolsSought && handle !== 0) this.#symbols = readKallsyms(ram);
    this.#symbolsSought = true;
    return this.#symbols;
  }

  /**
   * The process that a hart in S- or U-mode is in. The kernel is looked for when the hart is first met
   * in user space: it is there then, with its first task named.
   */
  processOf(hart: {
    readonly index: number;
    readonly privilege: number;
    readonly satp: bigint;
  }): string | undefined {
    const { ram, handle } = this.#machine;
    if (hart.privilege === USER && !this.#tasksSought && hart.satp !== 0n) {
      const bootTask = (this.#given ?? this.symbols())?.addresses.get('init_task');
      this.#tasksSought = true;
      if (bootTask !== undefined) this.#tasks = LinuxTasks.find(ram, hart.satp, bootTask);
    }
    return this.#tasks?.nameOf(this.#core, handle, ram, hart);
  }
}
