import type { Core } from '../../core/core.js';
import type { GuestMachine } from '../../vm/guest-machine.js';
import type { Symbols } from '../symbol-file.js';
import { readKallsyms } from './kallsyms.js';
import { LinuxTasks } from './tasks.js';

const USER = 0;
/** Linux is in the upper half of its address space (Linux, Documentation/arch/riscv/vm-layout). */
const UPPER_HALF = 1n << 63n;
/** What stands for a process while a guest of the guest runs. */
export const NESTED = '[guests]';
/** Before Linux has its final page tables, its data may not be mapped. */
const MOST_SPACES = 8;

/** A hart in S- or U-mode. */
export interface LinuxHart {
  readonly index: number;
  readonly pc: bigint;
  readonly privilege: number;
  readonly satp: bigint;
  /** Whether it runs a guest of its own. */
  readonly virtualized: boolean;
}

/** The Linux in a guest, if there is one, as far as it can be known from outside. */
export class LinuxGuest {
  readonly #core: Core;
  readonly #machine: GuestMachine;
  readonly #given: Symbols | undefined;
  #symbols: Symbols | undefined;
  /** Whether RAM was searched for symbols before user space, and since. */
  readonly #searched = { early: false, late: false };
  #tasks: LinuxTasks | undefined;
  /** Address spaces in which the first task was looked for, in vain. */
  readonly #spaces = new Set<bigint>();

  /** @param given the kernel's symbols, if they are known already */
  constructor(core: Core, machine: GuestMachine, given: Symbols | undefined) {
    this.#core = core;
    this.#machine = machine;
    this.#given = given;
  }

  /** The symbols: those given, or what the kernel has of itself, which is looked for twice at most. */
  symbols(when: 'early' | 'late'): Symbols | undefined {
    const { handle, ram } = this.#machine;
    if (this.#given !== undefined) return this.#given;
    if (this.#symbols === undefined && !this.#searched[when] && handle !== 0) {
      this.#searched[when] = true;
      this.#symbols = readKallsyms(ram);
    }
    return this.#symbols;
  }

  /** The name of the process that a hart is in, once that can be known; of a guest of the hart NESTED. */
  processOf(hart: LinuxHart): string | undefined {
    // Its registers are its guest's now, and so is what it executes.
    if (hart.virtualized) return this.#tasks === undefined ? undefined : NESTED;
    this.#tasks ??= this.#findTasks(hart);
    const { handle, ram } = this.#machine;
    return this.#tasks?.nameOf(this.#core, handle, ram, hart);
  }

  #findTasks({ pc, privilege, satp }: LinuxHart): LinuxTasks | undefined {
    const inUser = privilege === USER;
    if (satp === 0n || !(inUser || pc >= UPPER_HALF)) return undefined;
    if (this.#spaces.has(satp) || this.#spaces.size >= MOST_SPACES) return undefined;
    this.#spaces.add(satp);
    const bootTask = this.symbols(inUser ? 'late' : 'early')?.addresses.get('init_task');
    if (bootTask === undefined) return undefined;
    return LinuxTasks.find(this.#machine.ram, satp, bootTask);
  }
}
