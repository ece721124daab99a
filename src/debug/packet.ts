/** Packets of GDB's remote protocol: `$text#checksum`; a `}` says that the next byte stands for its own XOR 0x20. */

/** Text longer than this is no packet; what GDB is told it may send (`PacketSize`). */
export const LONGEST_PACKET = 0x4000;

export const INTERRUPT = 0x03;
const ESCAPE = 0x7d;
const ESCAPED = /[#$}*]/g;

/** The sum of all bytes, modulo 256. */
export function checksum(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = (sum + text.charCodeAt(at)) & 0xff;
  return sum;
}

/** A packet with `text`, whose characters stand for bytes. */
export function packetOf(text: string): Uint8Array<ArrayBuffer> {
  const escaped = text.replace(
    ESCAPED,
    (mark) => `}${String.fromCharCode(mark.charCodeAt(0) ^ 0x20)}`,
  );
  const sum = checksum(escaped).toString(16).padStart(2, '0');
  return Uint8Array.from(`$${escaped}#${sum}`, (mark) => mark.charCodeAt(0));
}

/** What a client sent. `damaged`: a packet whose checksum is wrong, or that is too long. */
export type Sent =
  | { readonly kind: 'packet'; readonly text: string }
  | { readonly kind: 'ack' | 'nak' | 'interrupt' | 'damaged' };

/**
 * Cuts a stream of bytes into packets.
 *
 * ```
 *   between ── $ ──▶ text ── # ──▶ first digit ──▶ second digit ──▶ between
 *     │ ▲             │  ▲ $: the packet before it was broken off
 *     └─┘ all else    └──┘
 *         is ignored
 * ```
 */
export class PacketReader {
  #state: 'between' | 'text' | 'first' | 'second' = 'between';
  #text = '';
  #sum = 0;
  #escape = false;
  #digit = 0;

  /** What `bytes` complete, in order. */
  *read(bytes: Uint8Array): Generator<Sent> {
    for (const byte of bytes) {
      const sent = this.#take(byte);
      if (sent !== undefined) yield sent;
    }
  }

  #take(byte: number): Sent | undefined {
    const mark = String.fromCharCode(byte);
    switch (this.#state) {
      case 'between':
        if (mark === '$') this.#begin();
        if (mark === '+') return { kind: 'ack' };
        if (mark === '-') return { kind: 'nak' };
        return byte === INTERRUPT ? { kind: 'interrupt' } : undefined;
      case 'text':
        return this.#takeText(byte, mark);
      case 'first':
        this.#digit = digitOf(mark);
        this.#state = 'second';
        return undefined;
      default: {
        this.#state = 'between';
        const right = this.#digit * 16 + digitOf(mark) === this.#sum && !this.#escape;
        return right ? { kind: 'packet', text: this.#text } : { kind: 'damaged' };
      }
    }
  }

  #begin(): void {
    this.#state = 'text';
    this.#text = '';
    this.#sum = 0;
    this.#escape = false;
  }

  #takeText(byte: number, mark: string): Sent | undefined {
    if (mark === '#') {
      this.#state = 'first';
      return undefined;
    }
    if (mark === '$') {
      this.#begin();
      return { kind: 'damaged' };
    }
    if (this.#text.length >= LONGEST_PACKET) {
      this.#state = 'between';
      return { kind: 'damaged' };
    }
    this.#sum = (this.#sum + byte) & 0xff;
    if (this.#escape) {
      this.#text += String.fromCharCode(byte ^ 0x20);
      this.#escape = false;
    } else if (byte === ESCAPE) {
      this.#escape = true;
    } else {
      this.#text += mark;
    }
    return undefined;
  }
}

/** NaN for what is none, which equals no checksum. */
const digitOf = (mark: string) => (/^[0-9a-f]$/i.test(mark) ? Number.parseInt(mark, 16) : NaN);
