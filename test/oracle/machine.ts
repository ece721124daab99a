/** A board that runs bare-metal programs: QEMU's or this project's. */
export interface Machine {
  readonly name: string;
  /**
   * Runs a program that starts in M-mode at RAM's first byte, until it stops the machine.
   *
   * @param image RAM from 0x80000000 on; the rest is zero
   * @returns the same bytes as the program left them
   * @throws ProgramHungError when the program does not end
   */
  run(image: Uint8Array): Promise<Uint8Array>;
}

/** RAM of every compared machine. */
export const MEMORY = 64 << 20;

/** A program did not end by itself; `memory` is what it had written by then. */
export class ProgramHungError extends Error {
  override readonly name = 'ProgramHungError';
  constructor(
    readonly machine: string,
    readonly memory: Uint8Array,
  ) {
    super(`the program did not reach the test finisher on ${machine}`);
  }
}
