import { ImageError } from '../core/errors.js';
import { type CodeSymbol, codeSymbols, type FilePart, readElfSymbols } from './elf-symbols.js';

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
  /** Those of code, where the segments are. */
  readonly functions: readonly CodeSymbol[];
}

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const ET_EXEC = 2;
const ET_DYN = 3;
const EM_RISCV = 243;
const PT_LOAD = 1;
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
  const { view, part } = openElf(bytes, name);
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
  const symbols = readElfSymbols(bytes, view, part);
  return {
    entry: moved + view.getBigUint64(24, true),
    segments,
    symbols: addressesOf(symbols),
    functions: codeSymbols(symbols, moved),
  };
}

/**
 * The symbols of an ELF file for RV64, executable or not, at the addresses that it names.
 *
 * @throws ImageError if it is of another machine, or cut short.
 */
export function parseElfSymbols(
  bytes: Uint8Array,
  name: string,
): Pick<ElfProgram, 'symbols' | 'functions'> {
  const { view, part } = openElf(bytes, name);
  const symbols = readElfSymbols(bytes, view, part);
  return { symbols: addressesOf(symbols), functions: codeSymbols(symbols, 0n) };
}

const addressesOf = (symbols: readonly CodeSymbol[]): ReadonlyMap<string, bigint> =>
  new Map(symbols.map(({ name, address }) => [name, address]));

/** Checks an ELF file's header but for its type. */
function openElf(
  bytes: Uint8Array,
  name: string,
): { readonly view: DataView; readonly part: FilePart } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isElf(bytes)) {
    throw new ImageError(`${name} is no ELF file; an RV64 executable is wanted`);
  }
  const part: FilePart = (offset, length, what) => {
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
  return { view, part };
}
