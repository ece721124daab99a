import { PAGE_SIZE } from '../core/abi.js';
import type { Core } from '../core/core.js';
import { DebugError, VmStoppedError } from '../core/errors.js';
import type { GuestMachine } from './guest-machine.js';
import type { DebugStop, Hold } from './hold.js';
import { readRegion } from './region/read-region.js';
import type { Region, RegionOptions } from './region/region.js';
import { readRegister, writeRegister } from './registers.js';
import { readWalk } from './walk/read-walk.js';
import type { Walk, WalkOptions } from './walk/walk.js';

/** Bytes whose accesses stop the VM, by virtual address. */
export interface Watchpoint {
  readonly address: bigint;
  /** Bytes, 1 to 4,096. */
  readonly length: number;
  readonly access: 'read' | 'write' | 'both';
}

/** What a hart is at. */
export type HartActivity = 'runs' | 'stopped' | 'waits';

const KINDS = { read: 1, write: 2, both: 3 } as const;
const ACTIVITIES: readonly HartActivity[] = ['runs', 'stopped', 'waits'];
const NO_ADDRESS = 0xffff_ffff_ffff_ffffn;
const PAGE = BigInt(PAGE_SIZE);

/**
 * A debugger's access to a VM: the machine is stopped and started as a whole, stepped by hart, looked
 * at and changed. Addresses are virtual, as the hart concerned sees them at that moment; nothing here
 * touches devices, accessed and dirty bits, or the TLB's contents.
 *
 * While the VM is paused its clock stands, a real one too; time limits of waits under a real clock
 * go on. Breakpoints and watchpoints outlive a reboot of the guest.
 */
export class Debugger {
  readonly #core: Core;
  readonly #machine: GuestMachine;
  readonly #hold: Hold;
  /** Whether the run loop runs. */
  readonly #isLive: () => boolean;
  readonly #wake: () => void;
  /** Harts that stand while the others move, a bit each. */
  #held = 0;
  readonly #breakpoints = new Set<bigint>();
  readonly #watchpoints = new Map<string, Watchpoint>();

  /** For `Vm`. */
  constructor(
    core: Core,
    machine: GuestMachine,
    hold: Hold,
    isLive: () => boolean,
    wake: () => void,
  ) {
    this.#core = core;
    this.#machine = machine;
    this.#hold = hold;
    this.#isLive = isLive;
    this.#wake = wake;
  }

  /** Harts of the VM; they are numbered from 0. */
  get harts(): number {
    return this.#machine.harts;
  }

  /** Whether the VM stands, or will before its next instruction. */
  get paused(): boolean {
    return this.#hold.holds;
  }

  /** Calls `listener` each time the VM has come to stand. Returns how to end that. */
  onStop(listener: (stop: DebugStop) => void): () => void {
    this.#hold.listeners.add(listener);
    return () => this.#hold.listeners.delete(listener);
  }

  /** Resolves when the VM stands. Before `Vm.start` it says that the VM is to start standing. */
  async pause(): Promise<void> {
    if (!this.#hold.holds) this.#hold.hold({ kind: 'paused', hart: 0 });
    if (!this.#isLive()) return;
    this.#wake();
    await this.#hold.arrived();
  }

  /**
   * Lets the VM go on: all harts, or those named, while the others stand still. A hart at a breakpoint,
   * or before a watched access, gets past it.
   */
  async resume(harts?: readonly number[]): Promise<void> {
    for (const hart of harts ?? []) this.#check(hart);
    let held = 0;
    for (let hart = 0; hart < this.harts; hart++) {
      if (harts !== undefined && !harts.includes(hart)) held |= 1 << hart;
    }
    this.#held = held;
    if (this.#machine.handle !== 0) this.#core.exports.vmHoldHarts(this.#machine.handle, held);
    this.#hold.release();
    this.#wake();
  }

  /**
   * Lets one hart take one step: an instruction, or the trap that it takes. The other harts stand, and no
   * interrupt is taken; one that is pending is when the VM goes on. A waiting hart ends its wait; one
   * that is stopped or suspended does nothing. Pauses the VM first.
   *
   * @throws DebugError before `Vm.start`; VmStoppedError once the VM has ended, also by this step.
   */
  async step(hart: number): Promise<DebugStop> {
    this.#check(hart);
    await this.pause();
    if (!this.#isLive()) {
      throw new DebugError(
        'the VM does not run: a step needs one that was started and has not ended',
      );
    }
    return new Promise<DebugStop>((resolve, reject) => {
      this.#hold.askStep({ hart, settle: { resolve, reject } });
      this.#wake();
    });
  }

  /** Returns whether it was not there before. @throws DebugError if there are 64 already. */
  async setBreakpoint(address: bigint): Promise<boolean> {
    const { exports } = this.#core;
    const isNew = !this.#breakpoints.has(BigInt.asUintN(64, address));
    if (exports.vmSetBreakpoint(this.#handle(), address) === 0) {
      throw new DebugError(`a VM has room for ${this.#breakpoints.size} breakpoints, all taken`);
    }
    this.#breakpoints.add(BigInt.asUintN(64, address));
    return isNew;
  }

  async clearBreakpoint(address: bigint): Promise<void> {
    this.#core.exports.vmClearBreakpoint(this.#handle(), address);
    this.#breakpoints.delete(BigInt.asUintN(64, address));
  }

  /**
   * Returns whether it was not there before.
   *
   * @throws DebugError if there are 16 already, or for a range that is empty, too long or wraps.
   */
  async setWatchpoint(watch: Watchpoint): Promise<boolean> {
    const { address, length, access } = watch;
    const isNew = !this.#watchpoints.has(key(watch));
    const kinds = KINDS[access];
    const vm = this.#handle();
    if (this.#core.exports.vmSetWatchpoint(vm, address, BigInt(length), kinds) === 0) {
      throw new DebugError(
        `no watchpoint for ${length} bytes at 0x${address.toString(16)}: a VM has room for 16, ` +
          'of 1 to 4096 bytes each',
      );
    }
    this.#watchpoints.set(key(watch), watch);
    return isNew;
  }

  async clearWatchpoint(watch: Watchpoint): Promise<void> {
    const { address, length, access } = watch;
    const vm = this.#handle();
    this.#core.exports.vmClearWatchpoint(vm, address, BigInt(length), KINDS[access]);
    this.#watchpoints.delete(key(watch));
  }

  /** Removes all breakpoints and watchpoints. */
  async clearAll(): Promise<void> {
    for (const address of [...this.#breakpoints]) await this.clearBreakpoint(address);
    for (const watch of [...this.#watchpoints.values()]) await this.clearWatchpoint(watch);
  }

  /**
   * A register by name: `pc`, `a0` or `x10`, `fa0` or `f10`, `priv` (0 U, 1 S, 3 M), `virt` (1 in
   * VS- and VU-mode), or a CSR, as M-mode reads it. @throws DebugError for another name.
   */
  async readRegister(hart: number, name: string): Promise<bigint> {
    this.#check(hart);
    return readRegister(this.#core, this.#handle(), hart, name);
  }

  /** @throws DebugError for what is no register or cannot be written. */
  async writeRegister(hart: number, name: string, value: bigint): Promise<void> {
    this.#check(hart);
    writeRegister(this.#core, this.#handle(), hart, name, value);
  }

  async activity(hart: number): Promise<HartActivity> {
    this.#check(hart);
    return ACTIVITIES[this.#core.exports.hartActivity(this.#handle(), hart)] ?? 'runs';
  }

  /** Guest-physical address of a virtual one, by the hart's page tables; `undefined` if it has none. */
  async translate(hart: number, address: bigint): Promise<bigint | undefined> {
    this.#check(hart);
    return this.#translate(hart, address);
  }

  /**
   * Walks the page tables for an access to `address`, as the hart would on a miss of its TLB: each entry
   * that is read, of both stages, and what comes of it. Of the access nothing happens; a fault is an
   * outcome and no error.
   *
   * @throws DebugError for a regime that the harts lack
   */
  async walk(hart: number, address: bigint, options: WalkOptions = {}): Promise<Walk> {
    this.#check(hart);
    return readWalk(this.#core, this.#handle(), hart, address, options);
  }

  /**
   * What the translator makes of the code at `address`, and of which instruction. Nothing is installed by it, and
   * it does not matter whether guests are translated at all.
   *
   * @throws DebugError, with the cause, if there is no region at that address
   */
  async region(hart: number, address: bigint, options: RegionOptions = {}): Promise<Region> {
    this.#check(hart);
    const read = (at: bigint, length: number) => this.#read(hart, at, length);
    return readRegion(this.#core, this.#handle(), hart, address, read, options);
  }

  /** Up to `length` bytes of RAM: what there is before the first byte that is not mapped to RAM. */
  async readMemory(hart: number, address: bigint, length: number): Promise<Uint8Array> {
    this.#check(hart);
    return this.#read(hart, address, length);
  }

  #read(hart: number, address: bigint, length: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (const { place, from, to } of this.#pieces(hart, address, length)) {
      if (place === undefined) break;
      pieces.push(this.#machine.ram.read(place, to - from));
    }
    const read = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      read.set(piece, at);
      at += piece.length;
    }
    return read;
  }

  /** @throws DebugError if a byte is not mapped to RAM, and then nothing was written; MemoryShortageError. */
  async writeMemory(hart: number, address: bigint, bytes: Uint8Array): Promise<void> {
    this.#check(hart);
    const pieces = [...this.#pieces(hart, address, bytes.length)];
    const missing = pieces.find(({ place }) => place === undefined);
    if (missing !== undefined) {
      const at = BigInt.asUintN(64, address + BigInt(missing.from));
      throw new DebugError(`no RAM is mapped at 0x${at.toString(16)}`);
    }
    for (const { place, from, to } of pieces) {
      if (place !== undefined) this.#machine.ram.write(place, bytes.subarray(from, to));
    }
  }

  /** For `Vm`: the guest rebooted, into a machine that knows of no breakpoints. */
  reinstate(): void {
    const { exports } = this.#core;
    const vm = this.#handle();
    exports.vmHoldHarts(vm, this.#held);
    for (const address of this.#breakpoints) exports.vmSetBreakpoint(vm, address);
    for (const { address, length, access } of this.#watchpoints.values()) {
      exports.vmSetWatchpoint(vm, address, BigInt(length), KINDS[access]);
    }
  }

  #handle(): number {
    if (this.#machine.handle === 0) throw new VmStoppedError("the VM's memory was freed");
    return this.#machine.handle;
  }

  #check(hart: number): void {
    if (Number.isInteger(hart) && hart >= 0 && hart < this.harts) return;
    throw new DebugError(`the VM has no hart ${hart}; right would be 0 to ${this.harts - 1}`);
  }

  #translate(hart: number, address: bigint): bigint | undefined {
    const found = this.#core.exports.hartTranslate(this.#handle(), hart, address);
    const place = BigInt.asUintN(64, found);
    return place === NO_ADDRESS ? undefined : place;
  }

  /** The pages of a range: where in RAM each is, if it is there, and which of the bytes it has. */
  *#pieces(hart: number, address: bigint, length: number) {
    for (let from = 0; from < length; ) {
      const at = BigInt.asUintN(64, address + BigInt(from));
      const to = Math.min(length, from + Number(PAGE - (at % PAGE)));
      const gpa = this.#translate(hart, at);
      const inside = gpa !== undefined && this.#machine.ram.contains(gpa, to - from);
      yield { place: inside ? gpa : undefined, from, to };
      from = to;
    }
  }
}

const key = ({ address, length, access }: Watchpoint) => `${address} ${length} ${access}`;
