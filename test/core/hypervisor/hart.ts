/** A hart with H, put into any mode and state, which then takes single steps. */
import { assemble } from '../../../isa/assembler/assemble.js';
import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { F_NUMBERS, X_NUMBERS } from '../../../isa/notation.js';
import { HartRegister } from '../../../src/core/abi.js';
import type { Core } from '../../../src/core/core.js';
import { Machine, newCore } from '../machine.js';
import { ALL, PageTables, SV39, U } from '../page-tables.js';

export type Mode = 'U' | 'HS' | 'M' | 'VU' | 'VS';

const PRIVILEGE: Readonly<Record<Mode, bigint>> = { U: 0n, HS: 1n, M: 3n, VU: 0n, VS: 1n };
export const MODES = ['M', 'HS', 'U', 'VS', 'VU'] as const;

/** Where the instructions stand, and what is free for data. */
export const CODE = 0x8000_1000n;
export const DATA = 0x8010_0000n;
/** Where the handlers begin. */
export const VECTORS = { M: 0x8000_2000n, HS: 0x8000_3000n, VS: 0x8000_4000n } as const;
/** Tables of the VS-stage and the G-stage. */
const GUEST_TABLES = 0x8020_0000n;
const HOST_TABLES = 0x8030_0000n;

export type TrapMode = keyof typeof VECTORS;

export interface Trap {
  readonly to: TrapMode;
  /** Exception code, or −1 − code of an interrupt. */
  readonly cause: number;
  readonly tval: bigint;
  readonly epc: bigint;
}

/** CSRs and registers by name, set in this order as M-mode would. */
export type Settings = Readonly<Record<string, bigint | number>>;

const TRAP_CSRS = {
  M: ['mcause', 'mtval', 'mepc'],
  HS: ['scause', 'stval', 'sepc'],
  VS: ['vscause', 'vstval', 'vsepc'],
} as const;

export interface HartOptions {
  readonly cpu?: string;
  readonly harts?: number;
}

let core: Core | undefined;
let last: number | undefined;

/** A new machine, the one before being given back, whose hart 0 is in `mode`. */
export async function hartIn(
  mode: Mode,
  settings: Settings = {},
  { cpu = 'rv64,h=on', harts = 1 }: HartOptions = {},
): Promise<Hart> {
  core ??= await newCore(64 << 20);
  if (last !== undefined) core.exports.vmDestroy(last);
  const machine = await Machine.create('j .', { core, cpu, harts, started: 1 });
  last = machine.vm;
  const hart = new Hart(machine);
  hart.set({ pmpaddr0: (1n << 54n) - 1n, pmpcfg0: 0x1f, mtvec: VECTORS.M });
  if (cpu.includes('h=on')) hart.set({ stvec: VECTORS.HS, vstvec: VECTORS.VS });
  hart.set(settings);
  hart.mode = mode;
  return hart;
}

export class Hart {
  #tables: { readonly guest: PageTables; readonly host: PageTables } | undefined;

  constructor(readonly machine: Machine) {}

  get mode(): Mode {
    const { core, vm } = this.machine;
    const virtualized = core.register(vm, 0, HartRegister.Virtualized);
    const privilege = core.register(vm, 0, HartRegister.Privilege);
    const mode = MODES.find(
      (each) => PRIVILEGE[each] === privilege && (each.startsWith('V') ? 1n : 0n) === virtualized,
    );
    if (mode === undefined) throw new Error(`no mode has privilege ${privilege}, V ${virtualized}`);
    return mode;
  }

  set mode(mode: Mode) {
    this.#setRegister(HartRegister.Privilege, PRIVILEGE[mode]);
    this.#setRegister(HartRegister.Virtualized, mode.startsWith('V') ? 1n : 0n);
  }

  /** Sets CSRs and registers as M-mode would. */
  set(settings: Settings): this {
    const { core, vm } = this.machine;
    for (const [name, value] of Object.entries(settings)) {
      const csr = CSR_NUMBERS.get(name);
      const bits = BigInt.asIntN(64, BigInt(value));
      if (csr === undefined) this.#setRegister(registerNumber(name), bits);
      else if (core.exports.hartSetCsr(vm, 0, csr, bits) === 0) {
        throw new Error(`the hart has no CSR ${name} to write`);
      }
    }
    return this;
  }

  csr(name: string): bigint {
    return this.machine.csr(name);
  }

  x(name: string): bigint {
    return this.machine.x(name);
  }

  get pc(): bigint {
    return this.machine.pc();
  }

  /** Executes one instruction that stands at `at`; how it was trapped, if it was. */
  step(source: string, at = CODE): Trap | undefined {
    this.load(source, at);
    return this.go();
  }

  /** Puts a program at `at`, to go on there. */
  load(source: string, at = CODE): this {
    const { bytes } = assemble(source, { origin: at });
    this.machine.ram.write(at, bytes);
    this.#setRegister(HartRegister.Pc, at);
    return this;
  }

  /** One step from where the hart stands; the trap that it was, if it was one. */
  go(): Trap | undefined {
    this.machine.run(1n);
    const page = this.pc & ~0xfffn;
    const to = (['M', 'HS', 'VS'] as const).find((each) => VECTORS[each] === page);
    if (to === undefined) return undefined;
    const [cause, tval, epc] = TRAP_CSRS[to].map((name) => this.csr(name)) as [
      bigint,
      bigint,
      bigint,
    ];
    const code = BigInt.asIntN(64, cause);
    return {
      to,
      cause: code < 0n ? -1 - Number(BigInt.asUintN(63, code)) : Number(code),
      tval,
      epc,
    };
  }

  /** Executes one instruction that must not trap; what a0 is then. */
  result(source: string): bigint {
    const trap = this.step(source);
    if (trap !== undefined) throw new Error(`${source} trapped to ${trap.to}: ${trap.cause}`);
    return this.x('a0');
  }

  /**
   * Translation by both stages, the program's pages where they are: the tables, to be added to.
   *
   * @param user whether the program is VU-mode's
   */
  translate(user = false): { readonly guest: PageTables; readonly host: PageTables } {
    if (this.#tables !== undefined) return this.#tables;
    const { ram } = this.machine;
    const guest = new PageTables(ram, GUEST_TABLES, SV39);
    const host = new PageTables(ram, HOST_TABLES, SV39);
    guest.map(0x8000_0000n, 0x8000_0000n, user ? ALL | U : ALL, 1);
    for (const page of [0x8000_0000n, GUEST_TABLES]) host.map(page, page, ALL | U, 1);
    const mode = this.mode;
    this.mode = 'M';
    this.set({ vsatp: guest.satp(), hgatp: host.satp() });
    this.mode = mode;
    this.#tables = { guest, host };
    return this.#tables;
  }

  #setRegister(register: number, value: bigint): void {
    const { core, vm } = this.machine;
    core.exports.hartSetRegister(vm, 0, register, BigInt.asIntN(64, value));
  }
}

function registerNumber(name: string): number {
  const x = X_NUMBERS.get(name);
  const f = F_NUMBERS.get(name);
  if (x === undefined && f === undefined) throw new Error(`there is no CSR or register ${name}`);
  return x ?? HartRegister.F + (f ?? 0);
}

/** The word that an instruction is, as tval has it. */
export function wordOf(source: string): bigint {
  const { bytes } = assemble(source, { origin: CODE });
  return bytes.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
}
