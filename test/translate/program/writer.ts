import type { Random } from '../../oracle/random.js';

/** What a program's code runs as. */
export type Mode = 'M' | 'S' | 'U';

/** A program that is being written: its lines, its labels, and what its parts may refer to. */
export class Writer {
  readonly #lines: string[] = [];
  #labels = 0;

  constructor(
    readonly random: Random,
    readonly mode: Mode,
    readonly paged: boolean,
    readonly harts: number,
    /** Functions that may be called. */
    readonly functions: readonly string[],
    /** Labels of four-byte instructions that stores may change; those not placed yet are taken from the end. */
    readonly patches: readonly string[],
  ) {}

  write(...lines: readonly string[]): void {
    this.#lines.push(...lines);
  }

  label(): string {
    this.#labels++;
    return `l${this.#labels}`;
  }

  place(label: string): void {
    this.#lines.push(`${label}:`);
  }

  get source(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** Registers that parts may overwrite. */
export const FREE = ['t0', 't1', 't2', 't3', 't4', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'gp'];
/** Those of them that compressed instructions can name. */
export const NEAR = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'];
/** Counters of loops, by depth; calls keep them. */
export const COUNTERS = ['s2', 's3', 's4', 's5'];
