/**
 * Random changes of tables, fences and accesses in two virtual machines of two address spaces each. What an
 * access finds must be what the tables say, or have said since a fence last named the mapping.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { randomNumbers } from '../random.js';
import {
  ASIDS,
  buildMachine,
  CODE,
  FRAMES,
  GUEST,
  type GuestPage,
  LARGE,
  LARGE_FRAMES,
  MEGA,
  numberFrames,
  SMALL,
  type Space,
  type VirtualMachine,
  VMIDS,
} from './guests.js';
import { type Fence, fenceLabel } from './program.js';
import { MACHINE_MODE, Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});

/** A run of random changes, switches, fences and loads. */
class Run {
  readonly draw: (below: number) => number;
  readonly machines: readonly VirtualMachine[];
  machine: VirtualMachine;
  space: Space;
  stale = 0;

  constructor(seed: number) {
    this.draw = randomNumbers(seed);
    numberFrames(rig);
    this.machines = VMIDS.map((vmid) => buildMachine(rig, vmid));
    this.machine = this.machines[0] as VirtualMachine;
    this.space = this.machine.spaces[0] as Space;
    this.#select();
    rig.guestPrivilege = false;
    rig.fence();
  }

  #of<T>(all: readonly T[]): T {
    return all[this.draw(all.length)] as T;
  }

  #select(): void {
    rig.setCsr('hgatp', this.machine.hgatp);
    rig.setCsr('vsatp', this.space.vsatp);
  }

  #switch(): void {
    this.machine = this.#of(this.machines);
    this.space = this.#of(this.machine.spaces);
    this.#select();
  }

  /** Accesses around a change and a fence of the same page, now and then out of another space between. */
  episode(): void {
    const page = this.#of(this.space.pages);
    this.#access(page);
    this.#change(page);
    this.#access(page);
    if (this.draw(4) === 0) this.#switch();
    const again = this.draw(4) === 0 ? this.#of(this.space.pages) : page;
    this.#fence(again);
    for (let n = 0; n < 3; n++) this.#access(this.#of([...this.space.pages, this.#own(page)]));
  }

  /** The page of the present space that stands where `page` does in its own. */
  #own(page: GuestPage): GuestPage {
    return this.space.pages.find(({ va }) => va === page.va) ?? page;
  }

  /** Another guest-physical page for the page, or another frame for the guest-physical page it has. */
  #change(page: GuestPage): void {
    const gpa = page.mappings[0]?.history.at(-1) ?? 0n;
    if (this.draw(2) === 0) {
      const others = (page.size === MEGA ? LARGE : SMALL).filter((other) => other !== gpa);
      const target = this.#of(others);
      for (const mapping of page.mappings) mapping.change(target);
      return;
    }
    const frames = page.size === MEGA ? LARGE_FRAMES : FRAMES;
    this.machine.second.get(gpa)?.change(this.#of(frames));
  }

  /** A fence with random operands about a page, by M-mode or where it is the guest's by VS-mode. */
  #fence(page: GuestPage): void {
    const kind = this.#of<Fence | 'guest'>(['sfence.vma', 'hfence.vvma', 'hfence.gvma', 'guest']);
    const [hasAddress, hasId] = [this.draw(2) === 1, this.draw(2) === 1];
    const byGuest = kind === 'guest';
    const fence = byGuest ? 'sfence.vma' : kind;
    const gpa = page.mappings[0]?.history.at(-1) ?? 0n;
    const va = page.va + (page.size === MEGA ? 0x5008n : 8n);
    const within = LARGE.includes(gpa) ? 0x5000n : 0n;
    const address = fence === 'hfence.gvma' ? (gpa + within) >> 2n : va;
    const id = this.#of([1, 2]);
    rig.setX('a2', BigInt(id));
    const label = rig.machine.at(fenceLabel(fence, hasAddress, hasId));
    const code = byGuest ? CODE + (label & 0xfffn) : label;
    rig.step(code, byGuest ? GUEST : MACHINE_MODE, address, 0n);
    if (fence === 'hfence.gvma') this.#fencedGuest(hasAddress ? gpa : undefined, hasId ? id : 0);
    else if (byGuest || fence === 'hfence.vvma') {
      this.#fenced(hasAddress ? page.va : undefined, hasId ? id : 0);
    }
  }

  #fenced(va: bigint | undefined, asid: number): void {
    this.machine.spaces.forEach((space, n) => {
      for (const page of space.pages) {
        if (va !== undefined && page.va !== va) continue;
        if (asid !== 0 && (page.global || ASIDS[n] !== asid)) continue;
        for (const mapping of page.mappings) mapping.fence();
      }
    });
  }

  #fencedGuest(gpa: bigint | undefined, vmid: number): void {
    for (const machine of this.machines) {
      if (vmid !== 0 && machine.vmid !== vmid) continue;
      for (const [address, mapping] of machine.second) {
        if (gpa === undefined || gpa === address) mapping.fence();
      }
    }
  }

  /** A load from the present space’s page; what it finds says which frame it went to. */
  #access(page: GuestPage): void {
    const offset = page.size === MEGA ? this.#of([0n, 0x7000n]) : 0n;
    const va = page.va + offset;
    const way = this.draw(8);
    const instruction = way === 0 ? 'ld' : way === 1 ? 'hlvx.wu' : 'hlv.d';
    const at = rig.machine.at(instruction);
    const { trap, a0 } =
      way === 0
        ? rig.step(CODE + (at & 0xfffn), GUEST, va, 0n)
        : rig.step(at, MACHINE_MODE, va, 0n);
    expect(trap).toBeUndefined();
    // What was mapped is read through what it was mapped to, each as fences let it be remembered.
    const frames = page.mappings.flatMap(({ history }) =>
      history.flatMap((gpa) => this.machine.second.get(gpa)?.history ?? []),
    );
    expect(frames.map((frame) => frame + offset)).toContain(a0);
    const now = this.machine.second.get(page.mappings[0]?.history.at(-1) ?? 0n)?.history.at(-1);
    if (now !== undefined && now + offset !== a0) this.stale += 1;
  }
}

describe('fences of two stages (Privileged 12.2.1, 15.3.2)', () => {
  it('drop what they name, in a thousand episodes', () => {
    let stale = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const run = new Run(seed);
      for (let n = 0; n < 50; n++) run.episode();
      stale += run.stale;
    }
    // Without a fence the TLB keeps what it has: there was something for the fences to drop.
    expect(stale).toBeGreaterThan(1000);
  });
});
