import { ImageError } from '../core/errors.js';
import { isElf, parseElfSymbols } from '../machine/elf.js';
import type { CodeSymbol } from '../machine/elf-symbols.js';

/** Names of a kernel or a program: its code, and where everything else that has a name is. */
export interface Symbols {
  readonly functions: readonly CodeSymbol[];
  readonly addresses: ReadonlyMap<string, bigint>;
}

/** A line of System.map or /proc/kallsyms: address, type, name, and there a module in brackets. */
const LINE = /^([0-9a-fA-F]{1,16}) ([A-Za-z?]) (\S+)(?:\t\[\S+\])?$/;
/** Types of nm: code, local and global, and weak. */
const CODE = /^[tTwW]$/;
/** Zero padding and toolchain labels, as /proc/kallsyms leaves them out. */
const TOOLCHAIN = /^(\$|\.L)/;
const SHOWN = 40;

/**
 * Reads symbols out of an ELF file for RV64, a `System.map`, or what `/proc/kallsyms` says.
 *
 * @param name how errors call the file
 * @throws ImageError for another file, a line that is none, a file without a symbol of code.
 */
export function parseSymbols(bytes: Uint8Array, name: string): Symbols {
  const symbols = isElf(bytes) ? fromElf(bytes, name) : fromMap(bytes, name);
  if (symbols.functions.length === 0) {
    throw new ImageError(
      `${name} names no code: it may be a stub, or stripped; an ELF file with symbols or a System.map is wanted`,
    );
  }
  return symbols;
}

function fromElf(bytes: Uint8Array, name: string): Symbols {
  const { functions, symbols } = parseElfSymbols(bytes, name);
  return { functions, addresses: symbols };
}

function fromMap(bytes: Uint8Array, name: string): Symbols {
  const functions: CodeSymbol[] = [];
  const addresses = new Map<string, bigint>();
  for (const [index, line] of new TextDecoder().decode(bytes).split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, address = '', type = '', symbol = ''] = LINE.exec(line.trimEnd()) ?? [];
    if (symbol === '') {
      if (isStub(line)) continue;
      throw new ImageError(
        `${name} has no symbol in line ${index + 1} ('${printable(line)}'); ` +
          "an ELF file, or lines as 'ffffffff80002000 T name', are wanted",
      );
    }
    const value = BigInt(`0x${address}`);
    if (value === 0n) continue;
    addresses.set(symbol, value);
    if (CODE.test(type) && !TOOLCHAIN.test(symbol)) {
      functions.push({ name: symbol, address: value, size: 0n });
    }
  }
  return { functions, addresses };
}

/** Debian's packages have a System.map of one line, which says in which package the real one is. */
const isStub = (line: string) => /^[0-9a-f]{16} B The real System\.map/.test(line);

/** The beginning of a line, fit for a message. */
function printable(line: string): string {
  return [...line.slice(0, SHOWN)].map((sign) => (sign < ' ' || sign > '~' ? '?' : sign)).join('');
}
