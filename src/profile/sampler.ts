import { CSR_NUMBERS } from '../../isa/csrs.js';
import { instructionLength } from '../../isa/table.js';
import { HartRegister } from '../core/abi.js';
import type { Core } from '../core/core.js';
import type { GuestMachine } from '../vm/guest-machine.js';
import { readInstruction } from './address-space.js';
import { instructionKind } from './instruction-class.js';
import type { LinuxGuest } from './linux/guest.js';
import type { Mode } from './profile.js';
import type { Sample } from './tally.js';

const SATP = CSR_NUMBERS.get('satp') ?? 0x180;
/** By number of the privilege (Privileged 1.2). */
const MODE_NAMES: readonly (Mode | undefined)[] = ['U', 'S', undefined, 'M'];
const PAGE_MASK = 0xfffn;

/** A hart before the sampled step. */
interface HartState {
  readonly index: number;
  readonly steps: bigint;
  readonly exceptions: bigint;
  readonly interrupts: bigint;
  readonly pc: bigint;
  readonly privilege: number;
  readonly satp: bigint;
}

/**
 * Looks at a machine before and after one step, by the core's ABI only: which hart took it, where,
 * and what it was.
 */
export class Sampler {
  readonly #core: Core;
  readonly #machine: GuestMachine;
  readonly #linux: LinuxGuest;

  constructor(core: Core, machine: GuestMachine, linux: LinuxGuest) {
    this.#core = core;
    this.#machine = machine;
    this.#linux = linux;
  }

  before(): readonly HartState[] {
    return Array.from({ length: this.#machine.harts }, (_, index) => this.#look(index));
  }

  /** The sample of a step that began at `before`; undefined if no hart took one. */
  after(before: readonly HartState[]): Sample | undefined {
    for (const hart of before) {
      const now = this.#look(hart.index);
      if (now.steps !== hart.steps) return this.#describe(hart, now);
    }
    return undefined;
  }

  #look(index: number): HartState {
    const core = this.#core;
    const vm = this.#machine.handle;
    return {
      index,
      steps: core.counter(vm, index, 'steps'),
      exceptions: core.counter(vm, index, 'exceptions'),
      interrupts: core.counter(vm, index, 'interrupts'),
      pc: core.register(vm, index, HartRegister.Pc),
      privilege: Number(core.register(vm, index, HartRegister.Privilege)),
      satp: BigInt.asUintN(64, core.exports.hartCsr(vm, index, SATP)),
    };
  }

  #describe(hart: HartState, now: HartState): Sample {
    const { index, pc, privilege, satp } = hart;
    const { ram } = this.#machine;
    const interrupted = now.interrupts !== hart.interrupts;
    const trapped = interrupted || now.exceptions !== hart.exceptions;
    const word = interrupted ? undefined : readInstruction(ram, satp, privilege, pc);
    const kind = instructionKind(word);
    const next = pc + BigInt(word === undefined ? 0 : instructionLength(word));
    const mode = MODE_NAMES[privilege] ?? 'M';
    return {
      hart: index,
      mode,
      pc,
      process: mode === 'M' ? undefined : this.#linux.processOf(hart),
      class: interrupted ? 'interrupt' : kind.class,
      taken: kind.class === 'branch' && !trapped && now.pc !== next,
      reads: kind.reads && !interrupted,
      writes: kind.writes && !interrupted,
      entersPage:
        trapped || now.privilege !== privilege || (now.pc & ~PAGE_MASK) !== (pc & ~PAGE_MASK),
    };
  }
}
