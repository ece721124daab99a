import { ImageError } from '../core/errors.js';

/** A piece of an ELF file that is loaded: `bytes` at `address`, zeroes up to `size`. */
export interface ElfSegment {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** A statically linked ELF executable for RV64, ready to load. */
export interface ElfProgram {
  readonly entry: bigint;
  readonly segments: readonly ElfSegment[];
  readonly symbols: ReadonlyMap<string, bigint>;
}

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const ET_EXEC = 2;
const ET_DYN = 3;
const EM_RISCV = 243;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const MACHINES: Readonly<Record<number, string>> = {
  3: 'i386',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC 64',
  22: 'S/390',
  40: 'ARM',
  62: 'x86-64',
  183: 'arm64',
  258: 'LoongArch',
};

/** Whether a file begins as ELF files do. */
export function isElf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads an ELF64 executable for RISC-V: its loadable segments by physical address, and its symbols.
 * One that is position-independent and relocates itself is moved to `base`, if a base is given.
 *
 * @throws ImageError if it is of another kind or machine, or cut short.
 */
export function parseElf(bytes: Uint8Array, name = 'the ELF file', base?: bigint): ElfProgram {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isElf(bytes)) {
    throw new ImageError(`${name} is no ELF file; an RV64 executable is wanted`);
  }
  const part = (offset: bigint | number, length: bigint | number, what: string): number => {
    if (BigInt(offset) + BigInt(length) > BigInt(bytes.length)) {
      throw new ImageError(`${name} is cut short: its ${what} ends beyond byte ${bytes.length}`);
    }
    return Number(offset);
  };
  part(0, 64, 'header');
  if (bytes[4] !== 2) {
    throw new ImageError(`${name} is a 32-bit ELF file; an RV64 executable is wanted`);
  }
  if (bytes[5] !== 1) {
    throw new ImageError(`${name} is big-endian; an RV64 executable is wanted`);
  }
  const machine = view.getUint16(18, true);
  if (machine !== EM_RISCV) {
    const other = MACHINES[machine] ?? `machine ${machine}`;
    throw new ImageError(`${name} is for ${other}; an RV64 executable is wanted`);
  }
  const type = view.getUint16(16, true);
  if (type !== ET_EXEC && !(type === ET_DYN && base !== undefined)) {
    const kind = { 1: 'an object file', [ET_DYN]: 'position-independent', 4: 'a core dump' }[type];
    throw new ImageError(
      `${name} is ${kind ?? `of ELF type ${type}`}; a statically linked executable is wanted`,
    );
  }

  const moved = type === ET_DYN ? (base ?? 0n) : 0n;
  const segments: ElfSegment[] = [];
  const count = view.getUint16(56, true);
  const stride = view.getUint16(54, true);
  if (count > 0 && stride < 56)
    throw new ImageError(`${name} has program headers of ${stride} bytes`);
  const table = part(view.getBigUint64(32, true), count * stride, 'program header table');
  for (let i = 0; i < count; i++) {
    const at = table + i * stride;
    const size = view.getBigUint64(at + 40, true);
    if (view.getUint32(at, true) !== PT_LOAD || size === 0n) continue;
    const fileSize = view.getBigUint64(at + 32, true);
    if (fileSize > size)
      throw new ImageError(`${name} has a segment larger in the file than in RAM`);
    if (size >= 1n << 32n) throw new ImageError(`${name} has a segment of ${size} bytes`);
    const start = part(view.getBigUint64(at + 8, true), fileSize, `segment ${i}`);
    segments.push({
      address: moved + view.getBigUint64(at + 24, true),
      bytes: bytes.subarray(start, start + Number(fileSize)),
      size: Number(size),
    });
  }
  if (segments.length === 0) throw new ImageError(`${name} has nothing to load`);
  return {
    entry: moved + view.getBigUint64(24, true),
    segments,
    symbols: readSymbols(bytes, view, part),
  };
}

function readSymbols(
  bytes: Uint8Array,
  view: DataView,
  part: (offset: bigint | number, length: bigint | number, what: string) => number,
): Map<string, bigint> {
  const symbols = new Map<string, bigint>();
  const count = view.getUint16(60, true);
  const stride = view.getUint16(58, true);
  if (count === 0 || stride < 64) return symbols;
  const table = part(view.getBigUint64(40, true), count * stride, 'section header table');
  const section = (index: number, what: string) => {
    const at = table + index * stride;
    const size = view.getBigUint64(at + 32, true);
    const start = part(view.getBigUint64(at + 24, true), size, what);
    return bytes.subarray(start, start + Number(size));
  };
  const decoder = new TextDecoder();
  for (let i = 0; i < count; i++) {
    const at = table + i * stride;
    const link = view.getUint32(at + 40, true);
    if (view.getUint32(at + 4, true) !== SHT_SYMTAB || link >= count) continue;
    const entries = section(i, 'symbol table');
    const names = section(link, 'string table');
    const entryView = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
    for (let entry = 0; entry + 24 <= entries.length; entry += 24) {
      const start = entryView.getUint32(entry, true);
      const end = names.indexOf(0, start);
      if (start === 0 || end < 0) continue;
      symbols.set(
        decoder.decode(names.subarray(start, end)),
        entryView.getBigUint64(entry + 8, true),
      );
    }
  }
  return symbols;
}
