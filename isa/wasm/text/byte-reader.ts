import { ModuleError } from './module-error.js';

/** Longest LEB128 of 32 and of 64 bits (WebAssembly Core 2.0, 5.2.2). */
const LONGEST_U32 = 5;
const LONGEST_S64 = 10;

/** Reads a module's bytes one after the other. All throw ModuleError where the bytes end or are none such. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /** Where the next byte stands. */
  get at(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw new ModuleError('it ends too early', this.#at);
    this.#at++;
    return byte;
  }

  /** The next byte, still to be read; `undefined` at the end. */
  peek(): number | undefined {
    return this.done ? undefined : this.#bytes[this.#at];
  }

  /** @throws ModuleError unless the next byte is that one, which is `what` */
  expect(byte: number, what: string): void {
    const at = this.#at;
    const found = this.byte();
    if (found !== byte) throw new ModuleError(`there is 0x${found.toString(16)}, no ${what}`, at);
  }

  /** u32. */
  unsigned(): number {
    const from = this.#at;
    let value = 0n;
    for (let n = 0; n < LONGEST_U32; n++) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << BigInt(7 * n);
      if (byte < 128) {
        if (value >> 32n === 0n) return Number(value);
        break;
      }
    }
    throw new ModuleError('there is no number of 32 bits', from);
  }

  /** A signed number of `bits` bits, 32 or 64. */
  signed(bits: 32 | 64): bigint {
    const from = this.#at;
    let value = 0n;
    for (let n = 0; n < LONGEST_S64; n++) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << BigInt(7 * n);
      if (byte >= 128) continue;
      const signed = BigInt.asIntN(7 * (n + 1), value);
      if (BigInt.asIntN(bits, signed) === signed) return signed;
      break;
    }
    throw new ModuleError(`there is no signed number of ${bits} bits`, from);
  }

  f64(): number {
    const bytes = Uint8Array.from({ length: 8 }, () => this.byte());
    return new DataView(bytes.buffer).getFloat64(0, true);
  }

  name(): string {
    const bytes = Uint8Array.from({ length: this.count('bytes of a name') }, () => this.byte());
    return new TextDecoder().decode(bytes);
  }

  /** How many of something follow, of a byte at least each. */
  count(what: string): number {
    const at = this.#at;
    const count = this.unsigned();
    if (count > this.#end - this.#at) {
      throw new ModuleError(`${count} ${what} are said to follow, more than there is room for`, at);
    }
    return count;
  }

  /** A reader of the next `length` bytes, which this one passes over. */
  part(what: string): ByteReader {
    const length = this.count(`bytes of ${what}`);
    const part = new ByteReader(this.#bytes, this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  /** @throws ModuleError unless all was read */
  finish(what: string): void {
    if (!this.done) throw new ModuleError(`${what} should have ended`, this.#at);
  }
}
