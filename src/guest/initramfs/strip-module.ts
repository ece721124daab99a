/**
 * Leaves the symbols out of a kernel module that nothing in it refers to. RISC-V's compilers keep a label for
 * each place that a jump goes to, since linkers may move code: ext4 has 215,000 of them, with 5 of its 7 MB,
 * and Linux takes 1,018 million instructions to load it, or 32 million without them. The drivers of the
 * default guest are 370 million of its boot.
 *
 * Names as in the ELF-64 specification (chapters 4, 5 and 6).
 */
import { GuestError } from '../errors.js';

const HEADER = 64;
const SECTION = 64;
const SYMBOL = 24;
const RELA = 24;
const SHT = { symtab: 2, strtab: 3, rela: 4, nobits: 8, group: 17 } as const;
const STB_LOCAL = 0;
const STT_FUNC = 2;

interface Section {
  readonly header: Uint8Array;
  readonly type: number;
  readonly link: number;
  readonly align: number;
  content: Uint8Array;
}

/**
 * @param module an object file as the kernel's package has it; it stays as it is
 * @returns a smaller one; the same where its sections refer to symbols in ways not known here
 * @throws GuestError `guest-corrupt` if it is no such file
 */
export function stripModule(module: Uint8Array, name: string): Uint8Array {
  const sections = readSections(module, name);
  const symtab = sections.find(({ type }) => type === SHT.symtab);
  const strtab = sections[symtab?.link ?? -1];
  if (symtab === undefined || strtab?.type !== SHT.strtab) return module;
  if (sections.some(({ type }) => type === SHT.group)) return module;
  const relas = sections.filter(({ type }) => type === SHT.rela);
  const places = keepSymbols(symtab, strtab, relas);
  for (const rela of relas) {
    const content = rela.content.slice();
    const view = viewOf(content);
    for (let at = 0; at + RELA <= content.length; at += RELA) {
      const place = places[view.getUint32(at + 12, true)];
      if (place === undefined) throw broken(name);
      view.setUint32(at + 12, place, true);
    }
    rela.content = content;
  }
  return writeSections(module, sections);
}

/** Drops symbols and their names; where each one that stays is now, by where it was. */
function keepSymbols(symtab: Section, strtab: Section, relas: readonly Section[]): number[] {
  const count = Math.floor(symtab.content.length / SYMBOL);
  const referred = new Uint8Array(count);
  for (const { content } of relas) {
    const view = viewOf(content);
    for (let at = 0; at + RELA <= content.length; at += RELA) {
      referred[view.getUint32(at + 12, true)] = 1;
    }
  }
  const old = symtab.content;
  const view = viewOf(old);
  const kept: number[] = [];
  for (let symbol = 0; symbol < count; symbol++) {
    const info = old[symbol * SYMBOL + 4] ?? 0;
    // Functions stay for the kernel's stack traces.
    const named = info >> 4 !== STB_LOCAL || (info & 15) === STT_FUNC;
    if (symbol === 0 || referred[symbol] === 1 || named) kept.push(symbol);
  }
  const places: number[] = [];
  const symbols = new Uint8Array(kept.length * SYMBOL);
  const names: number[] = [0];
  let locals = 0;
  for (const [place, symbol] of kept.entries()) {
    places[symbol] = place;
    const entry = old.subarray(symbol * SYMBOL, (symbol + 1) * SYMBOL);
    symbols.set(entry, place * SYMBOL);
    // Local symbols stand before all others, and still do.
    if ((entry[4] ?? 0) >> 4 === STB_LOCAL) locals = place + 1;
    const start = view.getUint32(symbol * SYMBOL, true);
    const end = strtab.content.indexOf(0, start);
    const text = start === 0 ? [] : strtab.content.subarray(start, Math.max(start, end));
    viewOf(symbols).setUint32(place * SYMBOL, text.length === 0 ? 0 : names.length, true);
    if (text.length > 0) names.push(...text, 0);
  }
  symtab.content = symbols;
  strtab.content = Uint8Array.from(names);
  // sh_info of a symbol table: how many are local.
  viewOf(symtab.header).setUint32(44, locals, true);
  return places;
}

function readSections(module: Uint8Array, name: string): Section[] {
  const view = viewOf(module);
  const magic = module.length >= HEADER && view.getUint32(0) === 0x7f454c46;
  // 64 bits, little-endian, a relocatable object.
  if (!magic || module[4] !== 2 || module[5] !== 1 || view.getUint16(16, true) !== 1) {
    throw broken(name);
  }
  const start = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  if (start + count * SECTION > module.length) throw broken(name);
  return Array.from({ length: count }, (_, i) => {
    const header = module.slice(start + i * SECTION, start + (i + 1) * SECTION);
    const fields = viewOf(header);
    const type = fields.getUint32(4, true);
    const offset = Number(fields.getBigUint64(24, true));
    const size = type === SHT.nobits ? 0 : Number(fields.getBigUint64(32, true));
    if (offset + size > module.length) throw broken(name);
    const align = Math.max(1, Number(fields.getBigUint64(48, true)));
    const content = module.subarray(offset, offset + size);
    return { header, type, link: fields.getUint32(40, true), align, content };
  });
}

function writeSections(module: Uint8Array, sections: readonly Section[]): Uint8Array {
  let end = HEADER;
  const offsets = sections.map(({ align, content }) => {
    const offset = Math.ceil(end / align) * align;
    end = offset + content.length;
    return offset;
  });
  const start = Math.ceil(end / 8) * 8;
  const written = new Uint8Array(start + sections.length * SECTION);
  written.set(module.subarray(0, HEADER));
  viewOf(written).setBigUint64(40, BigInt(start), true);
  for (const [i, { header, type, content }] of sections.entries()) {
    const offset = offsets[i] ?? 0;
    written.set(content, offset);
    const fields = viewOf(header);
    fields.setBigUint64(24, BigInt(offset), true);
    if (type !== SHT.nobits) fields.setBigUint64(32, BigInt(content.length), true);
    written.set(header, start + i * SECTION);
  }
  return written;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function broken(name: string): GuestError {
  return new GuestError('guest-corrupt', `kernel module ${name} is no object file of RISC-V's`);
}
