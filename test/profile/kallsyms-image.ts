/** A symbol as Linux has it: its type and name, and where it is. */
export interface KernelSymbol {
  readonly type: string;
  readonly name: string;
  readonly address: bigint;
}

/** How the parts follow each other: as Linux has it since 6.4, or before. */
export type KallsymsOrder = 'offsets-last' | 'offsets-first';

const BASE = 0xffff_ffff_8000_0000n;
/** Codes that stand for more than one letter. */
const PAIRS: readonly (readonly [code: number, token: string])[] = [
  [0x01, 'sym'],
  [0x02, 'Tsym'],
  [0xff, 'longword'],
];

/** Packs symbols as the kernel's build does (Linux, scripts/kallsyms.c), sorted by address. */
export function kallsymsImage(symbols: readonly KernelSymbol[], order: KallsymsOrder): Uint8Array {
  const names: number[] = [];
  const markers: number[] = [];
  for (const [i, { type, name }] of symbols.entries()) {
    if (i % 256 === 0) markers.push(names.length);
    const codes = pack(type + name);
    if (codes.length < 0x80) names.push(codes.length);
    else names.push((codes.length & 0x7f) | 0x80, codes.length >> 7);
    names.push(...codes);
  }
  const tokens: number[] = [];
  const index: number[] = [];
  for (let code = 0; code < 256; code++) {
    index.push(tokens.length);
    tokens.push(...[...tokenOf(code)].map((letter) => letter.charCodeAt(0)), 0);
  }
  const offsets = words(symbols.map(({ address }) => Number(address - BASE)));
  const base = new Uint8Array(new BigUint64Array([BASE]).buffer);
  const packed = [words([symbols.length]), names, words(markers), tokens, halfwords(index)];
  const parts = order === 'offsets-last' ? [...packed, offsets, base] : [offsets, base, ...packed];
  return Uint8Array.from(parts.flatMap((part) => [...part, ...padding(part.length)]));
}

const padding = (length: number) => new Array<number>((8 - (length % 8)) % 8).fill(0);
const words = (values: readonly number[]) => new Uint8Array(Uint32Array.from(values).buffer);
const halfwords = (values: readonly number[]) => new Uint8Array(Uint16Array.from(values).buffer);

function tokenOf(code: number): string {
  const pair = PAIRS.find(([own]) => own === code);
  if (pair !== undefined) return pair[1];
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : '';
}

function pack(text: string): number[] {
  const codes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const pair = PAIRS.find(([, token]) => text.startsWith(token, at));
    codes.push(pair?.[0] ?? text.charCodeAt(at));
    at += pair?.[1].length ?? 1;
  }
  return codes;
}
