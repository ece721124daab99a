import { expect, test } from 'vitest';
import { randomReadProgram } from './random-read-program.js';

test.each([1, 32])('the program for depth %i is an executable with room for its reads', (depth) => {
  const elf = randomReadProgram({ depth, reads: 100, diskSize: 2 ** 28 });
  const view = new DataView(elf.buffer, elf.byteOffset);
  expect(view.getUint32(0)).toBe(0x7f454c46);
  // p_filesz and p_memsz of the first segment, behind the ELF header of 64 bytes.
  const memory = Number(view.getBigUint64(64 + 40, true) - view.getBigUint64(64 + 32, true));
  expect(memory).toBeGreaterThanOrEqual(depth * 4096);
});
