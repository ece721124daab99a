import { ImageError } from '../core/errors.js';

export const PAGE = 4096n;
/** Linux's COMMAND_LINE_SIZE for RISC-V, with its terminating zero. */
const COMMAND_LINE_SIZE = 1024;

export const alignDown = (value: bigint, alignment: bigint): bigint => value - (value % alignment);
export const alignUp = (value: bigint, alignment: bigint): bigint =>
  alignDown(value + alignment - 1n, alignment);

/** @throws ImageError for a kernel's command line that Linux would cut. */
export function checkCommandLine(bootargs: string): void {
  if (new TextEncoder().encode(bootargs).length >= COMMAND_LINE_SIZE) {
    throw new ImageError(`the kernel's command line is longer than ${COMMAND_LINE_SIZE - 1} bytes`);
  }
}
