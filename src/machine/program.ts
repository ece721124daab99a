import { ImageError } from '../core/errors.js';
import type { PlacedBytes } from './boot.js';
import { isElf, parseElf } from './elf.js';
import type { CodeSymbol } from './elf-symbols.js';
import { foreignKind } from './kernel-image.js';

/** A program in guest-physical memory: what is loaded, the range it takes, where it begins. */
export interface Program {
  readonly contents: readonly PlacedBytes[];
  readonly start: bigint;
  /** Behind its last byte, zeroed data included if the file tells of it. */
  readonly end: bigint;
  readonly entry: bigint;
  /** Its functions, if it names them. */
  readonly functions: readonly CodeSymbol[];
}

/** Text, as a downloaded error page is, has only such bytes at its beginning. */
const TEXT_PROBE = 64;
const isText = (byte: number) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13);

/**
 * Places a program that is an ELF file, at the addresses it names, or raw code, at `base`, where it then
 * begins. A position-independent ELF file is placed at `base` too.
 *
 * @throws ImageError for a file that is empty, packed, text, or an ELF file of another kind
 */
export function placeProgram(bytes: Uint8Array, name: string, base: bigint): Program {
  if (isElf(bytes)) {
    const { segments, entry, functions } = parseElf(bytes, name, base);
    let [start, end] = [segments[0]?.address ?? base, base];
    for (const { address, size } of segments) {
      if (address < start) start = address;
      if (address + BigInt(size) > end) end = address + BigInt(size);
    }
    return { contents: segments, start, end, entry, functions };
  }
  const wanted = 'raw RV64 code or an ELF executable is wanted';
  if (bytes.length === 0) throw new ImageError(`${name} is an empty file; ${wanted}`);
  const foreign = foreignKind(bytes);
  if (foreign !== undefined) throw new ImageError(`${name} is ${foreign}; ${wanted}`);
  if (bytes.subarray(0, TEXT_PROBE).every(isText)) {
    throw new ImageError(`${name} is text; ${wanted}`);
  }
  // Both halfwords are illegal by definition (Unprivileged 1.5), as erased memory should be.
  if (bytes[0] === bytes[1] && (bytes[0] === 0 || bytes[0] === 0xff)) {
    throw new ImageError(`${name} begins with no instruction; ${wanted}`);
  }
  return {
    contents: [{ address: base, bytes }],
    start: base,
    end: base + BigInt(bytes.length),
    entry: base,
    functions: [],
  };
}
