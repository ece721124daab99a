import type { Console } from '../vm/console.js';
import type { Both, ConsoleDifference } from './result.js';

/** As much of what differs as is shown. */
const SHOWN = 80;

/** What a console has printed and nobody has compared yet. */
export class ConsoleRecord {
  #bytes = new Uint8Array(0);
  /** Bytes compared, and found equal. */
  #equal = 0;
  readonly #pieces: Uint8Array[] = [];

  constructor(console: Console) {
    void this.#record(console);
  }

  async #record(console: Console): Promise<void> {
    for await (const bytes of console.output) this.#pieces.push(bytes);
  }

  /** What differs in what two consoles have printed; what is equal is forgotten. */
  static compare(
    console: ConsoleDifference['console'],
    [one, other]: Both<ConsoleRecord>,
  ): ConsoleDifference | undefined {
    const [a, b] = [one.#gather(), other.#gather()];
    let equal = 0;
    while (equal < a.length && equal < b.length && a[equal] === b[equal]) equal++;
    for (const record of [one, other]) record.#drop(equal);
    if (equal === a.length && equal === b.length) return undefined;
    return { console, offset: one.#equal, values: [shown(a, equal), shown(b, equal)] };
  }

  #gather(): Uint8Array {
    const parts = [this.#bytes, ...this.#pieces.splice(0)];
    const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    this.#bytes = all;
    return all;
  }

  #drop(count: number): void {
    this.#bytes = this.#bytes.slice(count);
    this.#equal += count;
  }
}

const shown = (bytes: Uint8Array, from: number) =>
  new TextDecoder().decode(bytes.subarray(from, from + SHOWN));
