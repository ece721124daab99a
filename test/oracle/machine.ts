import type { ComparedCpu } from './cpu.js';

/** A board that runs bare-metal programs: QEMU's or this project's. */
export interface Machine {
  readonly name: string;
  /**
   * Runs a program that starts in M-mode at RAM's first byte, until it stops the machine.
   *
   * @param image RAM from 0x80000000 on; the rest is zero
   * @returns the same bytes as the program left them, by its end or by the time limit
   */
  run(image: Uint8Array, cpu: ComparedCpu): Promise<Outcome>;
}

/** How a program left RAM, and whether it stopped the machine itself. */
export interface Outcome {
  readonly memory: Uint8Array;
  readonly ended: boolean;
}

/** RAM of every compared machine. */
export const MEMORY = 64 << 20;
