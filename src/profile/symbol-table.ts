import type { CodeSymbol } from '../machine/elf-symbols.js';

/** The furthest that code without a known size reaches behind the last symbol. */
const LAST_REACH = 1n << 20n;

/** Code by address. */
export class SymbolTable {
  readonly #symbols: readonly CodeSymbol[];

  constructor(symbols: Iterable<CodeSymbol>) {
    // Of several at one address those with a size come first, then the first given.
    const sorted = [...symbols].sort((a, b) => {
      if (a.address !== b.address) return a.address < b.address ? -1 : 1;
      return Number(b.size > 0n) - Number(a.size > 0n);
    });
    const kept: CodeSymbol[] = [];
    let end = 0n;
    for (const symbol of sorted) {
      // A label inside of a function is no function.
      if (symbol.size === 0n && symbol.address < end) continue;
      if (kept.at(-1)?.address === symbol.address) continue;
      kept.push(symbol);
      if (symbol.size > 0n) end = symbol.address + symbol.size;
    }
    this.#symbols = kept;
  }

  get size(): number {
    return this.#symbols.length;
  }

  /** The symbol whose code stands at `address`; undefined in gaps and outside. */
  find(address: bigint): CodeSymbol | undefined {
    let [low, high] = [0, this.#symbols.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#symbols[middle]?.address ?? 0n) <= address) low = middle + 1;
      else high = middle;
    }
    const symbol = this.#symbols[low - 1];
    if (symbol === undefined) return undefined;
    const behind = address - symbol.address;
    if (symbol.size > 0n) return behind < symbol.size ? symbol : undefined;
    return low < this.#symbols.length || behind < LAST_REACH ? symbol : undefined;
  }
}
