import { readFile } from 'node:fs/promises';
import { assemble, type Program } from '../../isa/assembler/assemble.js';
import { CSR_NUMBERS } from '../../isa/csrs.js';
import { X_NUMBERS } from '../../isa/notation.js';
import {
  ClockKind,
  type HartCounter,
  HartRegister,
  LayoutValue,
  RAM_BASE,
  StartMode,
  VM_FLAG_SBI,
} from '../../src/core/abi.js';
import { Core } from '../../src/core/core.js';
import type { Engine } from '../../src/core/engine.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { GuestMemory } from '../../src/core/guest-memory.js';
import { loadState, saveState } from '../../src/core/machine-state.js';
import { wasmEngine } from '../../src/core/wasm-engine.js';
import { parseCpuModel } from '../../src/machine/cpu-model.js';
import { isWasmEngine, unknownEngine, WASM_ENGINES } from '../../src/vm/engines.js';
import { testedTranslation } from '../tested-translation.js';

/** More steps than any program of these tests takes. */
export const PLENTY = 10_000_000n;

let compiled: Promise<WebAssembly.Module> | undefined;

/** The core as built. */
export function coreModule(): Promise<WebAssembly.Module> {
  compiled ??= readFile(new URL('../../build/core.wasm', import.meta.url)).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  return compiled;
}

/** What the tests' machines run on: the engine that HARTWOOD_TEST_ENGINE names, as HARTWOOD_TEST_TRANSLATE wants it. */
async function testedEngine(): Promise<Engine> {
  const name = process.env.HARTWOOD_TEST_ENGINE ?? 'wasm';
  if (name === 'ts') return (await import('../../bench/baseline/engine.js')).tsEngine;
  if (!isWasmEngine(name)) throw unknownEngine(name, [...WASM_ENGINES, 'ts']);
  return wasmEngine(await coreModule(), name, name === 'wasm' ? testedTranslation() : undefined);
}

export const newCore = async (bytes = 256 << 20): Promise<Core> =>
  Core.create(await testedEngine(), bytes);

export interface MachineOptions {
  /** The host to stand on; one of its own if not given. */
  readonly core?: Core;
  readonly memory?: number;
  readonly harts?: number;
  /** CPU model as `--cpu` takes it. */
  readonly cpu?: string;
  /** The program starts in S-mode, on the first hart, and the core answers its SBI calls. */
  readonly sbi?: boolean;
  /** Harts that start, if not all of them. */
  readonly started?: number;
}

/** A VM that runs a small program from the first byte of its RAM, on a virtual clock. */
export class Machine {
  readonly core: Core;
  readonly vm: number;
  readonly harts: number;
  readonly ram: GuestMemory;
  readonly program: Program;
  readonly #cpu: string;
  readonly #flags: number;
  /** Pages that were not brought yet. */
  #elsewhere = new Map<number, Uint8Array>();

  private constructor(
    core: Core,
    vm: number,
    harts: number,
    ram: GuestMemory,
    program: Program,
    cpu: string,
    flags: number,
  ) {
    this.core = core;
    this.vm = vm;
    this.harts = harts;
    this.ram = ram;
    this.program = program;
    this.#cpu = cpu;
    this.#flags = flags;
  }

  /** A machine with a program in its RAM, at its first instruction. All harts begin there. */
  static async create(source: string | Program, options: MachineOptions = {}): Promise<Machine> {
    const core = options.core ?? (await newCore());
    const memory = options.memory ?? 16 << 20;
    const harts = options.harts ?? 1;
    const cpu = options.cpu ?? 'rv64';
    const { extensions } = parseCpuModel(cpu);
    const flags = options.sbi ? VM_FLAG_SBI : 0;
    const program = typeof source === 'string' ? assemble(source, { origin: RAM_BASE }) : source;
    const vm = core.createVm(memory, harts, extensions, flags);
    const ram = new GuestMemory(core, vm, memory);
    ram.write(RAM_BASE, program.bytes);
    core.exports.vmClock(vm, ClockKind.Virtual, 0n, 0n);
    const mode = options.sbi ? StartMode.Supervisor : StartMode.Machine;
    const started = options.started ?? (options.sbi ? 1 : harts);
    for (let hart = 0; hart < started; hart++) {
      core.exports.hartStart(vm, hart, RAM_BASE, BigInt(hart), 0n, mode);
    }
    return new Machine(core, vm, harts, ram, program, cpu, flags);
  }

  /** A machine that goes on as this one does, with the same frames until one of them changes them. */
  fork(): Machine {
    const copy = this.core.exports.vmFork(this.vm) >>> 0;
    if (copy === 0) throw new Error('the machine cannot be forked now');
    return this.#on(this.core, copy);
  }

  /**
   * A machine of the same state on `core`, whose memory is either written before it runs, or brought page by page as it
   * needs it: `run` of a lazy one brings a page, and none besides. `prepare` puts devices into its slots.
   */
  restored(lazy: boolean, prepare: (vm: number) => void = () => {}): Machine {
    const { core } = this;
    const { extensions } = parseCpuModel(this.#cpu);
    const vm = core.createVm(this.ram.size, this.harts, extensions, this.#flags);
    const machine = this.#on(core, vm);
    prepare(vm);
    const pages = [...this.pages()];
    if (lazy) {
      const numbers = pages.map(([page]) => page);
      const area = core.layout(LayoutValue.Transfer);
      new Uint32Array(core.memory.buffer, area, numbers.length).set(numbers);
      if (core.exports.vmExpect(vm, numbers.length) !== numbers.length) {
        throw new Error('the core has no room for the pages');
      }
      machine.#elsewhere = new Map(pages);
    } else {
      for (const [page, bytes] of pages) machine.ram.write(RAM_BASE + BigInt(page * 4096), bytes);
    }
    loadState(core, vm, saveState(this.core, this.vm, this.harts));
    return machine;
  }

  #on(core: Core, vm: number): Machine {
    const ram = new GuestMemory(core, vm, this.ram.size);
    return new Machine(core, vm, this.harts, ram, this.program, this.#cpu, this.#flags);
  }

  /** Pages of RAM with what they hold, but for those that hold zeros alone. */
  *pages(): Iterable<[page: number, bytes: Uint8Array]> {
    for (let page = 0; page < this.ram.size / 4096; page++) {
      const frame = this.core.exports.vmFrame(this.vm, page, 0) >>> 0;
      if (frame === 0) continue;
      const elsewhere = this.#elsewhere.get(page);
      const bytes = elsewhere ?? this.ram.read(RAM_BASE + BigInt(page * 4096), 4096);
      if (bytes.some((byte) => byte !== 0)) yield [page, bytes];
    }
  }

  /** Brings a page that is elsewhere; false if it is not. */
  bring(page: number): boolean {
    const bytes = this.#elsewhere.get(page);
    if (bytes === undefined) return false;
    const frame = this.core.exports.vmFill(this.vm, page) >>> 0;
    if (frame === 0) throw new Error('there is no frame for the page');
    this.core.bytes.set(bytes, frame * 4096);
    this.#elsewhere.delete(page);
    return true;
  }

  /** How many pages are still elsewhere. */
  get missing(): number {
    return this.#elsewhere.size;
  }

  /** A VM that a machine was forked or restored to. */
  static like(other: Machine, vm: number, core = other.core): Machine {
    const ram = new GuestMemory(core, vm, other.ram.size);
    return new Machine(core, vm, other.harts, ram, other.program, other.#cpu, other.#flags);
  }

  /** Runs so many steps, in as many calls as the core wants for them, or to another exit. */
  run(steps: bigint = PLENTY): ExitReason {
    const end = this.steps + steps;
    for (;;) {
      const reason = this.core.run(this.vm, end - this.steps, 0n, 0n);
      if (reason === ExitReason.Pages) {
        const page = (this.core.exports.vmMissing(this.vm) >>> 0) - 1;
        if (!this.bring(page)) throw new Error(`page ${page} is said to be missing, and is not`);
        continue;
      }
      if (reason !== ExitReason.Budget || this.steps >= end) return reason;
    }
  }

  /**
   * Runs until the program powers off.
   *
   * @throws Error naming the exit and where hart 0 stood, if it ends otherwise
   */
  finish(steps: bigint = PLENTY): this {
    const reason = this.run(steps);
    if (reason !== ExitReason.Shutdown) {
      throw new Error(`the program ended with exit ${reason} at 0x${this.pc().toString(16)}`);
    }
    return this;
  }

  /** Runs, step by step, until hart 0 is about to execute what stands at a label. */
  runTo(label: string): this {
    const target = this.at(label);
    for (let steps = 0; steps < 100_000; steps++) {
      if (this.pc() === target) return this;
      this.run(1n);
    }
    throw new Error(`${label} was not reached; hart 0 is at 0x${this.pc().toString(16)}`);
  }

  get steps(): bigint {
    return this.core.steps(this.vm);
  }

  /** An integer register, by name. */
  x(name: string, hart = 0): bigint {
    const number = X_NUMBERS.get(name);
    if (number === undefined) throw new Error(`there is no register ${name}`);
    return this.core.register(this.vm, hart, number);
  }

  pc(hart = 0): bigint {
    return this.core.register(this.vm, hart, HartRegister.Pc);
  }

  privilege(hart = 0): number {
    return Number(this.core.register(this.vm, hart, HartRegister.Privilege));
  }

  csr(name: string, hart = 0): bigint {
    const number = CSR_NUMBERS.get(name);
    if (number === undefined) throw new Error(`there is no CSR ${name}`);
    return BigInt.asUintN(64, this.core.exports.hartCsr(this.vm, hart, number));
  }

  counter(name: HartCounter, hart = 0): number {
    return Number(this.core.counter(this.vm, hart, name));
  }

  /** A label's address. */
  at(label: string): bigint {
    const address = this.program.symbols.get(label);
    if (address === undefined) throw new Error(`the program has no label ${label}`);
    return address;
  }

  /** The 64-bit word at a label or address. */
  word(place: string | bigint): bigint {
    return this.ram.readU64(typeof place === 'string' ? this.at(place) : place);
  }

  /** What the guest sent since the last call, as text. */
  output(): string {
    return new TextDecoder().decode(this.core.takeOutput(this.vm));
  }

  input(text: string): number {
    return this.core.giveInput(this.vm, new TextEncoder().encode(text));
  }

  /** All that a guest can see: each hart's registers and CSRs, and all of RAM's present pages. */
  state(): { readonly harts: readonly string[]; readonly memory: ReadonlyMap<number, string> } {
    const harts = Array.from({ length: this.harts }, (_, hart) => {
      const registers = Array.from({ length: 67 }, (_, n) => this.core.register(this.vm, hart, n));
      const csrs = SEEN_CSRS.map((name) => this.csr(name, hart));
      return [...registers, ...csrs, this.core.counter(this.vm, hart, 'steps')].join(' ');
    });
    const memory = new Map<number, string>();
    for (const [page, bytes] of this.pages())
      memory.set(page, Buffer.from(bytes).toString('base64'));
    return { harts, memory };
  }
}

const SEEN_CSRS = [
  ...['mstatus', 'mcause', 'mepc', 'mtval', 'mtvec', 'mie', 'mip', 'medeleg', 'mideleg'],
  ...['mscratch', 'sscratch', 'scause', 'sepc', 'stval', 'stvec', 'satp', 'stimecmp'],
];
