/** A hart of the core on which accesses are tried, one instruction at a time. */
import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { X_NUMBERS } from '../../../isa/notation.js';
import { HartRegister, LayoutValue, RAM_BASE, WalkAccess } from '../../../src/core/abi.js';
import { Machine } from '../machine.js';
import type { Access, EntryRead, Setting, Stage } from './model.js';
import { PMP_ADDRESSES, PMP_CONFIG, RAM_SIZE } from './places.js';
import { PROGRAM } from './program.js';

/** Privilege and V of a hart, or MPP and MPV. */
export interface Mode {
  readonly privilege: number;
  readonly virtual: boolean;
}
export const MACHINE_MODE: Mode = { privilege: 3, virtual: false };

const SUM = 1n << 18n;
const MXR = 1n << 19n;
const MPRV = 1n << 17n;
const MPV = 1n << 39n;
const ADUE = 1n << 61n;
const PBMTE = 1n << 62n;
const SPP = 1n << 8n;
const GVA = 1n << 6n;
const SPV = 1n << 7n;
const SPVP = 1n << 8n;

const RECORDS = 32;
const RECORD = 32;
const ALL_ONES = (1n << 64n) - 1n;

/** What hartWalk says. */
export interface Look {
  /** `undefined` if the address translates. */
  readonly cause: number | undefined;
  readonly guestPhysical: bigint;
  readonly physical: bigint;
  readonly faulted: bigint;
  readonly reads: readonly EntryRead[];
}

/** Who gets traps: medeleg and hedeleg hand on none, all that they can to HS-mode, or further to VS-mode. */
export type Delegation = 'M' | 'HS' | 'VS';

/** What a trap says, as CSRs have it. Those into VS-mode have no second value, instruction and GVA. */
export interface Trapped {
  readonly into: Delegation;
  readonly cause: number;
  readonly tval: bigint;
  readonly tval2: bigint;
  readonly tinst: bigint;
  readonly guestAddress: boolean;
  readonly from: Mode;
}

export class Rig {
  readonly machine: Machine;

  private constructor(machine: Machine) {
    this.machine = machine;
  }

  /** A machine that goes on where another rig's was. */
  static of(machine: Machine): Rig {
    return new Rig(machine);
  }

  static async create(): Promise<Rig> {
    const machine = await Machine.create(PROGRAM, { cpu: 'rv64,h=on', memory: RAM_SIZE });
    const rig = new Rig(machine);
    rig.setCsr('mtvec', machine.at('handler'));
    rig.setCsr('stvec', machine.at('supervisor'));
    rig.setCsr('vstvec', machine.at('guest'));
    rig.setCsr('pmpcfg0', PMP_CONFIG);
    PMP_ADDRESSES.forEach((address, n) => {
      rig.setCsr(`pmpaddr${n}`, address);
    });
    rig.setCsr('pmpcfg2', 0x1fn << 56n);
    rig.setCsr('pmpaddr15', ALL_ONES);
    return rig;
  }

  setCsr(name: string, value: bigint): void {
    const { core, vm } = this.machine;
    const number = CSR_NUMBERS.get(name);
    if (number === undefined || core.exports.hartSetCsr(vm, 0, number, value) === 0) {
      throw new Error(`the hart has no CSR ${name} to write`);
    }
  }

  setX(name: string, value: bigint): void {
    this.#setRegister(X_NUMBERS.get(name) ?? 0, value);
  }

  #setRegister(number: number, value: bigint): void {
    this.machine.core.exports.hartSetRegister(this.machine.vm, 0, number, value);
  }

  /** Sets all that decides on translations, but for the mode. */
  configure(setting: Setting): void {
    this.setCsr('menvcfg', on(setting.updates, ADUE) | on(setting.pageTypes, PBMTE));
    this.setCsr('henvcfg', on(setting.guestUpdates, ADUE) | on(setting.guestPageTypes, PBMTE));
    this.setCsr('mstatus', on(setting.sum, SUM) | on(setting.mxr, MXR));
    this.setCsr('vsstatus', on(setting.guestSum, SUM) | on(setting.guestMxr, MXR));
    for (const name of ['satp', 'vsatp', 'hgatp'] as const) this.setCsr(name, setting[name]);
  }

  /** Executes the fences that empty the TLB. */
  fence(): void {
    this.#setMode(MACHINE_MODE);
    this.#setRegister(HartRegister.Pc, this.machine.at('all_fences'));
    this.machine.run(3n);
  }

  /** Empties the TLB, and forgets what contexts there were, by writing a PMP register that is off. */
  forget(): void {
    this.setCsr('pmpaddr14', this.machine.csr('pmpaddr14') ^ 1n);
  }

  /** What the core says that an access would do. */
  look({ va, kind, user, virtual }: Access): Look {
    const { core, vm } = this.machine;
    const access = { read: WalkAccess.Read, write: WalkAccess.Write, fetch: WalkAccess.Fetch }[
      kind
    ];
    const regime = (virtual ? 3 : 1) + (user ? 1 : 0);
    const count = core.exports.hartWalk(vm, 0, va, access, regime);
    const view = new DataView(core.memory.buffer, core.layout(LayoutValue.Transfer));
    const word = (offset: number) => view.getBigUint64(offset, true);
    return {
      cause: word(0) === ALL_ONES ? undefined : Number(word(0)),
      guestPhysical: word(8),
      physical: word(16),
      faulted: word(24),
      reads: Array.from({ length: count }, (_, n) => {
        const at = RECORDS + n * RECORD;
        return {
          stage: view.getUint32(at, true) as Stage,
          level: view.getUint32(at + 4, true),
          address: word(at + 8),
          physical: word(at + 16),
          entry: word(at + 24),
        };
      }),
    };
  }

  /** HLV, HLVX and HSV act as in this mode of the guest. */
  set guestPrivilege(user: boolean) {
    this.setCsr('hstatus', on(!user, SPVP));
  }

  /**
   * Takes one step at `pc` in `mode`, the address of the access in a1, `value` in a0.
   *
   * @param data where given, loads and stores act as in this mode, by MPRV
   * @returns the trap, if it ended in one, and a0
   */
  step(pc: bigint, mode: Mode, va: bigint, value: bigint, data?: Mode) {
    const kept = this.machine.csr('mstatus') & (SUM | MXR);
    this.setCsr('mstatus', kept | (data === undefined ? 0n : MPRV | previousMode(data)));
    this.setX('a0', value);
    this.setX('a1', va);
    this.#setMode(mode);
    this.#setRegister(HartRegister.Pc, pc);
    this.machine.run(1n);
    return { trap: this.#trap(), a0: this.machine.x('a0') };
  }

  delegate(to: Delegation): void {
    this.setCsr('medeleg', to === 'M' ? 0n : ALL_ONES);
    this.setCsr('hedeleg', to === 'VS' ? ALL_ONES : 0n);
  }

  #setMode({ privilege, virtual }: Mode): void {
    this.#setRegister(HartRegister.Privilege, BigInt(privilege));
    this.#setRegister(HartRegister.Virtualized, virtual ? 1n : 0n);
  }

  #trap(): Trapped | undefined {
    const pc = this.machine.pc();
    if (pc === this.machine.at('handler')) return this.#trapIntoMachine();
    if (pc === this.machine.at('supervisor')) return this.#trapIntoSupervisor();
    return pc === this.machine.at('guest') ? this.#trapIntoGuest() : undefined;
  }

  #trapIntoMachine(): Trapped {
    const { machine } = this;
    const status = machine.csr('mstatus');
    return {
      into: 'M',
      cause: Number(machine.csr('mcause')),
      tval: machine.csr('mtval'),
      tval2: machine.csr('mtval2'),
      tinst: machine.csr('mtinst'),
      guestAddress: (status & (1n << 38n)) !== 0n,
      from: { privilege: Number((status >> 11n) & 3n), virtual: (status & MPV) !== 0n },
    };
  }

  #trapIntoSupervisor(): Trapped {
    const { machine } = this;
    const status = machine.csr('hstatus');
    return {
      into: 'HS',
      cause: Number(machine.csr('scause')),
      tval: machine.csr('stval'),
      tval2: machine.csr('htval'),
      tinst: machine.csr('htinst'),
      guestAddress: (status & GVA) !== 0n,
      from: {
        privilege: (machine.csr('sstatus') & SPP) !== 0n ? 1 : 0,
        virtual: (status & SPV) !== 0n,
      },
    };
  }

  #trapIntoGuest(): Trapped {
    const { machine } = this;
    const privilege = (machine.csr('vsstatus') & SPP) !== 0n ? 1 : 0;
    return {
      into: 'VS',
      cause: Number(machine.csr('vscause')),
      tval: machine.csr('vstval'),
      tval2: 0n,
      tinst: 0n,
      guestAddress: false,
      from: { privilege, virtual: true },
    };
  }

  /** Puts words that a case drew into RAM. */
  write(words: ReadonlyMap<number, bigint>, places: Iterable<number>): void {
    for (const place of places) {
      this.machine.ram.writeU64(RAM_BASE + BigInt(place), words.get(place) ?? 0n);
    }
  }

  /** Entries read of the tables of satp and vsatp, and of hgatp. */
  get tableReads(): readonly [number, number] {
    return [this.machine.counter('tableReads'), this.machine.counter('guestTableReads')];
  }
}

/** MPP and MPV. */
const previousMode = ({ privilege, virtual }: Mode): bigint =>
  (BigInt(privilege) << 11n) | on(virtual, MPV);

const on = (condition: boolean, bits: bigint): bigint => (condition ? bits : 0n);
