/**
 * The PLIC (RISC-V PLIC 1.0.0, whose sections are cited by title; SiFive's layout, as on QEMU's
 * board): 63 sources, priorities 0..7, and two contexts a hart, M (2 * hart) and S (2 * hart + 1).
 *
 * Each source has a gateway for a level ("Interrupt Gateways"): it forwards one request, which
 * stays pending even if the level falls, and no other until the first was completed; a level still
 * high then is a new request. The source EDGE has no level: each pulse is a request, and one that
 * comes while the last is being served is remembered in its level's place.
 *
 * ```
 * idle --level rises--> pending --claim--> claimed --complete--> pending if the level is high,
 *                                                                else idle
 * ```
 */
import { MEIP, SEIP, setLine } from '../hart/interrupts.js';
import { MAX_HARTS, VMGENID_IRQ } from '../layout.js';
import type { Vm } from '../vm/vm.js';

const SOURCES = 64;
const PRIORITY_MASK = 7;
/** The source with edges, which nothing acknowledges. */
const EDGE = VMGENID_IRQ;

/** Register blocks ("Memory Map"). */
const PENDING = 0x1000;
const ENABLE = 0x2000;
const ENABLE_SHIFT = 7;
const CONTEXT = 0x20_0000;
const CONTEXT_SHIFT = 12;
/** Registers of a context block. */
const THRESHOLD = 0;
const CLAIM = 4;

/** A set of sources is two words, a bit a source. */
export class Plic {
  readonly vm: Vm;
  readonly level = new Int32Array(2);
  readonly pending = new Int32Array(2);
  readonly claimed = new Int32Array(2);
  readonly priorities = new Int32Array(SOURCES);
  /** Of each context: two words, of which bit 0 is never set. */
  readonly enabled = new Int32Array(2 * 2 * MAX_HARTS);
  readonly thresholds = new Int32Array(2 * MAX_HARTS);

  constructor(vm: Vm) {
    this.vm = vm;
  }

  /** A device's interrupt wire: `irq` 1..63 is at that level from now on. */
  setLevel(irq: number, on: boolean): void {
    const half = irq >> 5;
    const bit = 1 << (irq & 31);
    if (((this.level[half] & bit) !== 0) === on) return;
    this.level[half] ^= bit;
    if (!on || ((this.claimed[half] | this.pending[half]) & bit) !== 0) return;
    this.pending[half] |= bit;
    updateLines(this);
  }

  /** The message of the device at EDGE that something has happened. */
  pulse(): void {
    const half = EDGE >> 5;
    const bit = 1 << (EDGE & 31);
    if ((this.claimed[half] & bit) !== 0) {
      this.level[half] |= bit;
      return;
    }
    this.pending[half] |= bit;
    updateLines(this);
  }
}

/** Puts the PLIC into its state at power-on. */
export function resetPlic(plic: Plic): void {
  plic.level.fill(0);
  plic.pending.fill(0);
  plic.claimed.fill(0);
  plic.priorities.fill(0);
  plic.enabled.fill(0);
  plic.thresholds.fill(0);
}

/**
 * The pending source of a context with the highest priority, the lowest number among equals; 0 if
 * none is above `threshold`. Priority 0 never interrupts ("Interrupt Priorities").
 */
function best(plic: Plic, context: number, threshold: number): number {
  let source = 0;
  let highest = threshold;
  for (let half = 0; half < 2; half++) {
    let requests = plic.pending[half] & plic.enabled[2 * context + half];
    while (requests !== 0) {
      const candidate = (half << 5) + 31 - Math.clz32(requests & -requests);
      const priority = plic.priorities[candidate];
      if (priority > highest) {
        highest = priority;
        source = candidate;
      }
      requests &= requests - 1;
    }
  }
  return source;
}

/** Drives the external interrupt lines of all harts from the PLIC's state. */
function updateLines(plic: Plic): void {
  const { harts } = plic.vm;
  for (let index = 0; index < harts.length; index++) {
    const machine = 2 * index;
    const supervisor = machine + 1;
    const hart = harts[index];
    setLine(hart, MEIP, best(plic, machine, plic.thresholds[machine]) !== 0);
    setLine(hart, SEIP, best(plic, supervisor, plic.thresholds[supervisor]) !== 0);
  }
}

/** Takes the best pending source, whatever the threshold ("Interrupt Claim Process"); 0 if none. */
function claim(plic: Plic, context: number): number {
  const source = best(plic, context, 0);
  if (source !== 0) {
    const half = source >> 5;
    const bit = 1 << (source & 31);
    plic.pending[half] &= ~bit;
    plic.claimed[half] |= bit;
    updateLines(plic);
  }
  return source;
}

/** Completion of a source that the context has not enabled is ignored ("Interrupt Completion"). */
function complete(plic: Plic, context: number, source: number): void {
  if (source < 0 || source >= SOURCES) return;
  const half = source >> 5;
  const bit = 1 << (source & 31);
  if ((plic.enabled[2 * context + half] & plic.claimed[half] & bit) === 0) return;
  plic.claimed[half] &= ~bit;
  if ((plic.level[half] & bit) === 0) return;
  if (source === EDGE) plic.level[half] &= ~bit;
  plic.pending[half] |= bit;
  updateLines(plic);
}

/** Reads a register. Reading CLAIM takes an interrupt; what is not implemented is 0. */
export function plicLoad(plic: Plic, offset: number): number {
  const contexts = 2 * plic.vm.harts.length;
  if (offset >= CONTEXT) {
    const context = (offset - CONTEXT) >> CONTEXT_SHIFT;
    if (context >= contexts) return 0;
    const register = offset & ((1 << CONTEXT_SHIFT) - 1);
    if (register === THRESHOLD) return plic.thresholds[context];
    return register === CLAIM ? claim(plic, context) : 0;
  }
  if (offset >= ENABLE) {
    const context = (offset - ENABLE) >> ENABLE_SHIFT;
    const half = (offset & ((1 << ENABLE_SHIFT) - 1)) >> 2;
    return context < contexts && half < 2 ? plic.enabled[2 * context + half] : 0;
  }
  if (offset >= PENDING) {
    const half = (offset - PENDING) >> 2;
    return half < 2 ? plic.pending[half] : 0;
  }
  const source = offset >> 2;
  return source < SOURCES ? plic.priorities[source] : 0;
}

/** Writes a register; what is read-only or not implemented ignores it. */
export function plicStore(plic: Plic, offset: number, value: number): void {
  const contexts = 2 * plic.vm.harts.length;
  if (offset >= CONTEXT) {
    const context = (offset - CONTEXT) >> CONTEXT_SHIFT;
    if (context >= contexts) return;
    const register = offset & ((1 << CONTEXT_SHIFT) - 1);
    if (register === CLAIM) complete(plic, context, value);
    if (register !== THRESHOLD) return;
    plic.thresholds[context] = value & PRIORITY_MASK;
  } else if (offset >= ENABLE) {
    const context = (offset - ENABLE) >> ENABLE_SHIFT;
    const half = (offset & ((1 << ENABLE_SHIFT) - 1)) >> 2;
    if (context >= contexts || half > 1) return;
    plic.enabled[2 * context + half] = half === 0 ? value & ~1 : value;
  } else {
    const source = offset >> 2;
    if (source === 0 || source >= SOURCES) return;
    plic.priorities[source] = value & PRIORITY_MASK;
  }
  updateLines(plic);
}
