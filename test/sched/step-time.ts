import { vi } from 'vitest';
import type { Host } from '../../src/vm/host.js';
import type { Platform } from '../../src/vm/platform.js';
import { newHost } from '../integration/guest.js';

/** So many steps of any VM are a millisecond of the host. */
export const STEPS_PER_MS = 20_000;

/**
 * A host whose milliseconds are steps of its VMs, so that what it does in time repeats whatever else the
 * machine does. Timers end in turns of the event loop, as they do elsewhere.
 */
export class StepTime {
  /** The time, in milliseconds. */
  now = 1000;
  /** How long VMs ran between turns of the event loop, in milliseconds. */
  readonly stretches: number[] = [];
  #turnAt = this.now;
  #timers = new Map<number, { readonly at: number; readonly call: () => void }>();
  #count = 0;
  #turns = new Set<() => void>();

  constructor() {
    vi.spyOn(performance, 'now').mockImplementation(() => this.now);
    vi.stubGlobal('setTimeout', (call: () => void, wait = 0) => {
      this.#timers.set(++this.#count, { at: this.now + wait, call });
      return this.#count;
    });
    vi.stubGlobal('clearTimeout', (timer: number) => this.#timers.delete(timer));
  }

  async host(memory: string): Promise<Host> {
    const platform: Partial<Platform> = { yieldToEvents: () => this.#yield() };
    const host = await newHost(memory, platform);
    const { core } = host;
    const run = core.run.bind(core);
    vi.spyOn(core, 'run').mockImplementation((vm, budget, now, rate) => {
      const before = core.steps(vm);
      const reason = run(vm, budget, now, rate);
      this.now += Number(core.steps(vm) - before) / STEPS_PER_MS;
      return reason;
    });
    return host;
  }

  async #yield(): Promise<void> {
    this.stretches.push(this.now - this.#turnAt);
    await new Promise((resolve) => setImmediate(resolve));
    for (const [timer, { at, call }] of [...this.#timers]) {
      if (at > this.now || !this.#timers.delete(timer)) continue;
      call();
    }
    for (const turn of [...this.#turns]) turn();
    this.#turnAt = this.now;
  }

  /** Resolves in the first turn of the event loop after `time`. VMs must be busy till then. */
  until(time: number): Promise<void> {
    return new Promise((resolve) => {
      const turn = () => {
        if (this.now < time) return;
        this.#turns.delete(turn);
        resolve();
      };
      this.#turns.add(turn);
    });
  }

  [Symbol.dispose](): void {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  }
}
