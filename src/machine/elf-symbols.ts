/** Where `length` bytes of the file at `offset` begin. @throws ImageError if the file ends before. */
export type FilePart = (offset: bigint | number, length: bigint | number, what: string) => number;

/** A piece of code with a name. `size` is 0 if the file does not tell. */
export interface CodeSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly size: bigint;
}

/** A row of an ELF file's symbol table. */
export interface ElfSymbol extends CodeSymbol {
  /** Whether its type says that it is a function. */
  readonly isFunction: boolean;
  /** Whether it is a label without a type, in a section of code. */
  readonly isCodeLabel: boolean;
}

const SHT_SYMTAB = 2;
const SHF_EXECINSTR = 4n;
const STT_NOTYPE = 0;
const STT_FUNC = 2;
const SECTION_SIZE = 64;
const SYMBOL_SIZE = 24;
/** Names of C++ and Rust can be long, but not longer; a table without ends is not searched for one. */
const LONGEST_NAME = 4096;

/** The symbols of an ELF64 file, in its order; none if it was stripped. */
export function readElfSymbols(bytes: Uint8Array, view: DataView, part: FilePart): ElfSymbol[] {
  const symbols: ElfSymbol[] = [];
  const count = view.getUint16(60, true);
  const stride = view.getUint16(58, true);
  if (count === 0 || stride < SECTION_SIZE) return symbols;
  const table = part(view.getBigUint64(40, true), count * stride, 'section header table');
  const section = (index: number, what: string) => {
    const at = table + index * stride;
    const size = view.getBigUint64(at + 32, true);
    const start = part(view.getBigUint64(at + 24, true), size, what);
    return bytes.subarray(start, start + Number(size));
  };
  const isCode = (index: number) =>
    index < count && (view.getBigUint64(table + index * stride + 8, true) & SHF_EXECINSTR) !== 0n;
  const decoder = new TextDecoder();
  for (let i = 0; i < count; i++) {
    const at = table + i * stride;
    const link = view.getUint32(at + 40, true);
    if (view.getUint32(at + 4, true) !== SHT_SYMTAB || link >= count) continue;
    const entries = section(i, 'symbol table');
    const names = section(link, 'string table');
    const entryView = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
    for (let entry = 0; entry + SYMBOL_SIZE <= entries.length; entry += SYMBOL_SIZE) {
      const start = entryView.getUint32(entry, true);
      const text = names.subarray(start, start + LONGEST_NAME);
      const end = text.indexOf(0);
      if (start === 0 || end < 0) continue;
      const type = entryView.getUint8(entry + 4) & 15;
      symbols.push({
        name: decoder.decode(text.subarray(0, end)),
        address: entryView.getBigUint64(entry + 8, true),
        size: entryView.getBigUint64(entry + 16, true),
        isFunction: type === STT_FUNC,
        isCodeLabel: type === STT_NOTYPE && isCode(entryView.getUint16(entry + 6, true)),
      });
    }
  }
  return symbols;
}

/**
 * What names code: functions, and labels as assemblers make them, but not those of the toolchain's own
 * (`$x` marks code for disassemblers, `.L` is local).
 */
export function codeSymbols(symbols: readonly ElfSymbol[], moved: bigint): readonly CodeSymbol[] {
  return symbols
    .filter(
      ({ name, isFunction, isCodeLabel }) => isFunction || (isCodeLabel && !/^(\$|\.L)/.test(name)),
    )
    .map(({ name, address, size }) => ({ name, address: address + moved, size }));
}
