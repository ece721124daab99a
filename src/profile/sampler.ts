import { CSR_NUMBERS } from '../../isa/csrs.js';
import { instructionLength } from '../../isa/table.js';
import { HartRegister } from '../core/abi.js';
import { type AddressSpace, readInstruction } from '../core/address-space.js';
import type { Core } from '../core/core.js';
import type { GuestMachine } from '../vm/guest-machine.js';
import { instructionKind } from './instruction-class.js';
import type { LinuxGuest } from './linux/guest.js';
import type { Mode } from './profile.js';
import type { Sample } from './tally.js';

const SATP = CSR_NUMBERS.get('satp') ?? 0x180;
const VSATP = CSR_NUMBERS.get('vsatp') ?? 0x280;
const HGATP = CSR_NUMBERS.get('hgatp') ?? 0x680;
/** By number of the privilege, without V and with it (Privileged 1.2, 15.1). */
const MODE_NAMES: readonly (Mode | undefined)[] = ['U', 'S', undefined, 'M'];
const GUEST_MODE_NAMES: readonly (Mode | undefined)[] = ['VU', 'VS'];
const PAGE_MASK = 0xfffn;

/** A hart before the sampled step. */
interface HartState {
  readonly index: number;
  readonly steps: bigint;
  readonly exceptions: bigint;
  readonly interrupts: bigint;
  readonly pc: bigint;
  readonly privilege: number;
  readonly virtualized: boolean;
  readonly satp: bigint;
  readonly space: AddressSpace;
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
    const csr = (number: number) => BigInt.asUintN(64, core.exports.hartCsr(vm, index, number));
    const privilege = Number(core.register(vm, index, HartRegister.Privilege));
    const virtualized = core.register(vm, index, HartRegister.Virtualized) !== 0n;
    const satp = csr(SATP);
    return {
      index,
      steps: core.counter(vm, index, 'steps'),
      exceptions: core.counter(vm, index, 'exceptions'),
      interrupts: core.counter(vm, index, 'interrupts'),
      pc: core.register(vm, index, HartRegister.Pc),
      privilege,
      virtualized,
      satp,
      space: virtualized
        ? { privilege, root: csr(VSATP), guestRoot: csr(HGATP) }
        : { privilege, root: satp },
    };
  }

  #describe(hart: HartState, now: HartState): Sample {
    const { index, pc, privilege, virtualized, space } = hart;
    const { ram } = this.#machine;
    const interrupted = now.interrupts !== hart.interrupts;
    const trapped = interrupted || now.exceptions !== hart.exceptions;
    const word = interrupted ? undefined : readInstruction(ram, space, pc);
    const kind = instructionKind(word);
    const next = pc + BigInt(word === undefined ? 0 : instructionLength(word));
    const mode = (virtualized ? GUEST_MODE_NAMES : MODE_NAMES)[privilege] ?? 'M';
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
        trapped ||
        now.privilege !== privilege ||
        now.virtualized !== virtualized ||
        (now.pc & ~PAGE_MASK) !== (pc & ~PAGE_MASK),
    };
  }
}
