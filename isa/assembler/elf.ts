import type { Program } from './assemble.js';

/** EM_RISCV */
const MACHINE_RISCV = 243;

const EHDR_SIZE = 64;
const PHDR_SIZE = 56;
const SHDR_SIZE = 64;
const SYM_SIZE = 24;
const PAGE = 0x1000;

/** Indexes of the section headers written here. */
const SECTION = { null: 0, text: 1, symtab: 2, strtab: 3, shstrtab: 4 } as const;
const SHN_ABS = 0xfff1;

/** EF_RISCV_RVC | EF_RISCV_FLOAT_ABI_DOUBLE */
const FLAGS = 0x5;

/** Null-terminated strings one after the other, the first empty. */
class StringTable {
  #bytes: number[] = [0];

  /** Adds a string. @returns its offset */
  add(text: string): number {
    const offset = this.#bytes.length;
    this.#bytes.push(...new TextEncoder().encode(text), 0);
    return offset;
  }

  toBytes(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }
}

/**
 * The program as an ELF64 executable: one readable, writable and executable segment, and a symbol
 * table with every symbol of the program.
 *
 * @param options.entry where execution begins; the origin if not given
 * @param options.machine e_machine; RISC-V if not given
 * @param options.memorySize bytes of the segment in memory, at least those of the program; the
 *   rest is zero
 * @throws RangeError if `memorySize` is smaller than the program
 */
export function toElf(
  program: Program,
  options: { entry?: bigint; machine?: number; memorySize?: number } = {},
): Uint8Array {
  const { origin, bytes, symbols } = program;
  const memorySize = options.memorySize ?? bytes.length;
  if (memorySize < bytes.length) {
    throw new RangeError(`memorySize is ${memorySize}, but the program has ${bytes.length} bytes`);
  }
  const names = new StringTable();
  const symtab = symbolTable(symbols, origin, BigInt(memorySize), names);
  const strtab = names.toBytes();
  const sectionNames = new StringTable();
  const nameOf = {
    text: sectionNames.add('.text'),
    symtab: sectionNames.add('.symtab'),
    strtab: sectionNames.add('.strtab'),
    shstrtab: sectionNames.add('.shstrtab'),
  };
  const shstrtab = sectionNames.toBytes();

  // A segment's file offset and address must agree modulo the page size.
  const textAt = PAGE + Number(origin % BigInt(PAGE));
  const symtabAt = alignUp(textAt + bytes.length, 8);
  const strtabAt = symtabAt + symtab.length;
  const shstrtabAt = strtabAt + strtab.length;
  const headersAt = alignUp(shstrtabAt + shstrtab.length, 8);
  const file = new Uint8Array(headersAt + 5 * SHDR_SIZE);
  const view = new DataView(file.buffer);

  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, options.machine ?? MACHINE_RISCV, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, options.entry ?? origin, true);
  view.setBigUint64(32, BigInt(EHDR_SIZE), true);
  view.setBigUint64(40, BigInt(headersAt), true);
  view.setUint32(48, FLAGS, true);
  view.setUint16(52, EHDR_SIZE, true);
  view.setUint16(54, PHDR_SIZE, true);
  view.setUint16(56, 1, true);
  view.setUint16(58, SHDR_SIZE, true);
  view.setUint16(60, 5, true);
  view.setUint16(62, SECTION.shstrtab, true);

  view.setUint32(EHDR_SIZE, 1, true); // PT_LOAD
  view.setUint32(EHDR_SIZE + 4, 7, true); // RWX
  view.setBigUint64(EHDR_SIZE + 8, BigInt(textAt), true);
  view.setBigUint64(EHDR_SIZE + 16, origin, true);
  view.setBigUint64(EHDR_SIZE + 24, origin, true);
  view.setBigUint64(EHDR_SIZE + 32, BigInt(bytes.length), true);
  view.setBigUint64(EHDR_SIZE + 40, BigInt(memorySize), true);
  view.setBigUint64(EHDR_SIZE + 48, BigInt(PAGE), true);

  file.set(bytes, textAt);
  file.set(symtab, symtabAt);
  file.set(strtab, strtabAt);
  file.set(shstrtab, shstrtabAt);

  const section = (
    index: number,
    [name, type, flags]: readonly [name: number, type: number, flags: number],
    [address, offset, size]: readonly [address: bigint, offset: number, size: number],
    [link, info, align, entrySize]: readonly [number, number, number, number],
  ) => {
    const at = headersAt + index * SHDR_SIZE;
    view.setUint32(at, name, true);
    view.setUint32(at + 4, type, true);
    view.setBigUint64(at + 8, BigInt(flags), true);
    view.setBigUint64(at + 16, address, true);
    view.setBigUint64(at + 24, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(size), true);
    view.setUint32(at + 40, link, true);
    view.setUint32(at + 44, info, true);
    view.setBigUint64(at + 48, BigInt(align), true);
    view.setBigUint64(at + 56, BigInt(entrySize), true);
  };
  // SHT_PROGBITS, writable, allocated and executable; SHT_SYMTAB, whose sh_info is the number of
  // its first global symbol; SHT_STRTAB.
  section(SECTION.text, [nameOf.text, 1, 7], [origin, textAt, bytes.length], [0, 0, 2, 0]);
  section(
    SECTION.symtab,
    [nameOf.symtab, 2, 0],
    [0n, symtabAt, symtab.length],
    [SECTION.strtab, 1, 8, SYM_SIZE],
  );
  section(SECTION.strtab, [nameOf.strtab, 3, 0], [0n, strtabAt, strtab.length], [0, 0, 1, 0]);
  section(
    SECTION.shstrtab,
    [nameOf.shstrtab, 3, 0],
    [0n, shstrtabAt, shstrtab.length],
    [0, 0, 1, 0],
  );
  return file;
}

/** Global symbols after the empty first one; those outside the segment are absolute. */
function symbolTable(
  symbols: ReadonlyMap<string, bigint>,
  origin: bigint,
  size: bigint,
  names: StringTable,
): Uint8Array {
  const table = new Uint8Array((symbols.size + 1) * SYM_SIZE);
  const view = new DataView(table.buffer);
  let at = SYM_SIZE;
  for (const [name, value] of symbols) {
    const inside = value >= origin && value <= origin + size;
    view.setUint32(at, names.add(name), true);
    view.setUint8(at + 4, 0x10); // STB_GLOBAL, STT_NOTYPE
    view.setUint16(at + 6, inside ? SECTION.text : SHN_ABS, true);
    view.setBigUint64(at + 8, BigInt.asUintN(64, value), true);
    at += SYM_SIZE;
  }
  return table;
}

function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
