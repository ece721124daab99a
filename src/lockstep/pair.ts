import { PAGE_SIZE } from '../core/abi.js';
import type { Translation } from '../core/translate/translation.js';
import type { Platform } from '../vm/platform.js';
import { compareStates } from './compare-states.js';
import { ConsoleRecord } from './console-record.js';
import type { MachineState } from './machine-state.js';
import { compareMemory } from './memory-pages.js';
import type { Both, ConsoleDifference, Difference } from './result.js';
import { type LockstepSpec, Runner } from './runner.js';

/** What differs between two engines, wherever it comes from. */
export type Finding = Pick<Difference, 'values' | 'memory' | 'consoles'>;

/** The same guest on two engines, from its start. */
export class Pair {
  readonly runners: Both<Runner>;
  /** Both machines when they were last found equal. */
  agreed: MachineState | undefined;
  readonly #platform: Platform;

  private constructor(platform: Platform, runners: Both<Runner>) {
    this.#platform = platform;
    this.runners = runners;
  }

  /** @throws what `Host.create` and `Vm.start` throw. */
  static async create(
    platform: Platform,
    engines: Both<string>,
    spec: LockstepSpec,
    translate?: boolean | Translation,
  ): Promise<Pair> {
    const one = await Runner.create(platform, engines[0], spec, translate);
    return new Pair(platform, [one, await Runner.create(platform, engines[1], spec, translate)]);
  }

  /** Runs one after the other. @throws the signal's reason */
  async runTo(step: number, signal?: AbortSignal): Promise<void> {
    for (const runner of this.runners) await runner.runTo(BigInt(step), signal);
    // What was printed comes by streams; in a later turn of the event loop all of it is there.
    await this.#platform.yieldToEvents();
  }

  /** Whether neither goes on. */
  get ended(): boolean {
    return this.runners.every(({ end }) => end !== '');
  }

  /** What differs: of RAM all, or what was changed since the last time. Undefined if nothing does. */
  compare(allMemory: boolean): Finding | undefined {
    const [one, other] = this.runners;
    const states = [one.look(), other.look()] as const;
    const values = compareStates(this.agreed, states);
    const pages = one.vm.ram.size / PAGE_SIZE;
    const memory = compareMemory([one.pages, other.pages], pages, allMemory) ?? null;
    const consoles: ConsoleDifference[] = [];
    for (const name of ['serial', 'terminal'] as const) {
      const found = ConsoleRecord.compare(name, [one[name], other[name]]);
      if (found !== undefined) consoles.push(found);
    }
    if (values.length > 0 || memory !== null || consoles.length > 0) {
      return { values, memory, consoles };
    }
    this.agreed = states[0];
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const runner of this.runners) await runner[Symbol.asyncDispose]();
  }
}
