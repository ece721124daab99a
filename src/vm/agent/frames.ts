import {
  FRAME_END,
  FRAME_MOST,
  HEADER_SIZE,
  MAGIC,
  PAYLOAD_MOST,
  ToHost,
} from '../../guest/agent/protocol.js';

/** A frame: type, channel, payload. The payload may be a view of the receiver's bytes. */
export interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Uint8Array;
}

/** A frame as bytes (src/guest/agent/protocol.ts). */
export function encodeFrame(type: number, channel: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE + payload.length + 1);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint16(2, channel, true);
  view.setUint32(4, payload.length, true);
  bytes.set(payload, HEADER_SIZE);
  bytes[bytes.length - 1] = FRAME_END;
  return bytes;
}

/** A payload of 32-bit numbers. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => {
    view.setUint32(4 * at, value, true);
  });
  return bytes;
}

/** The 32-bit number at a place of a payload. */
export function wordAt(payload: Uint8Array, at: number): number {
  return new DataView(payload.buffer, payload.byteOffset, payload.length).getUint32(at, true);
}

/** MAGIC and a nonce: the payload of SYNC, and how HELLO's begins. */
export function magicAnd(nonce: bigint, more = 0): Uint8Array {
  const bytes = new Uint8Array(16 + more);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, MAGIC, true);
  view.setBigUint64(8, nonce, true);
  return bytes;
}

const HELLO_PAYLOAD = 20;

/** Least and most bytes of the payload of each type that an agent sends. */
const LENGTHS: ReadonlyMap<number, readonly [number, number]> = new Map([
  [ToHost.HELLO, [HELLO_PAYLOAD, HELLO_PAYLOAD]],
  [ToHost.STDOUT, [1, PAYLOAD_MOST]],
  [ToHost.STDERR, [1, PAYLOAD_MOST]],
  [ToHost.CREDIT, [4, 4]],
  [ToHost.EXIT, [4, 4]],
  [ToHost.FAILED, [8, 8]],
  [ToHost.STDIN_CLOSED, [0, 0]],
]);

/** What a reader of frames tells of. */
export interface FrameListener {
  /** An agent greets. Returns whether frames follow; if not, another greeting is looked for. */
  hello(nonce: bigint, version: number): boolean;
  /** A frame, its length right for its type. The payload's bytes are used again afterwards. */
  frame(frame: Frame): void;
  /** What came is no frame; from here on a greeting is looked for. */
  broken(reason: string): void;
}

/**
 * Finds frames in what an agent sends, in pieces of any size. It holds one frame at most.
 *
 * ```
 *               HELLO that the listener accepts
 *   searching ──────────────────────────────────▶ reading
 *        ▲                                           │
 *        └────────── what is no frame, or search() ──┘
 * ```
 */
export class FrameReader {
  readonly #listener: FrameListener;
  /** It grows as frames come in pieces: most of the readers of a thousand VMs hold nothing. */
  #held = new Uint8Array(0);
  #filled = 0;
  #searching = true;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** Drops what is held, and everything up to the next greeting. */
  search(): void {
    this.#searching = true;
    this.#filled = 0;
  }

  receive(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) rest = this.#searching ? this.#find(rest) : this.#read(rest);
  }

  /** Looks for a HELLO, whatever stands before it; returns what is left of `bytes`. */
  #find(bytes: Uint8Array): Uint8Array {
    const size = HEADER_SIZE + HELLO_PAYLOAD + 1;
    if (this.#filled === 0) {
      const at = bytes.indexOf(ToHost.HELLO);
      if (at < 0) return bytes.subarray(bytes.length);
      if (at > 0) return bytes.subarray(at);
    }
    const taken = this.#hold(bytes, size);
    if (this.#filled < size) return bytes.subarray(taken);
    const found = this.#held.slice(0, size);
    const frame = parseHello(found);
    this.#filled = 0;
    if (frame !== undefined) {
      this.#searching = !this.#hello(frame);
    } else {
      // The beginning may stand within what only looked like one.
      const next = found.indexOf(ToHost.HELLO, 1);
      if (next > 0) {
        this.#held.set(found.subarray(next));
        this.#filled = size - next;
      }
    }
    return bytes.subarray(taken);
  }

  /** Takes one frame, or what there is of it; returns what is left of `bytes`. */
  #read(bytes: Uint8Array): Uint8Array {
    if (this.#filled === 0) {
      let zeros = 0;
      while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
      if (zeros > 0) return bytes.subarray(zeros);
      const size = sizeOf(bytes);
      if (size !== undefined && bytes.length >= size) {
        this.#take(bytes.subarray(0, size));
        return bytes.subarray(size);
      }
    }
    let taken = this.#hold(bytes, HEADER_SIZE);
    const size = sizeOf(this.#held.subarray(0, this.#filled));
    if (size === undefined) return bytes.subarray(taken);
    taken += this.#hold(bytes.subarray(taken), size);
    if (this.#filled >= size) {
      this.#filled = 0;
      this.#take(this.#held.subarray(0, size));
    }
    return bytes.subarray(taken);
  }

  /** Keeps bytes until `size` of them are held; how many it took. */
  #hold(bytes: Uint8Array, size: number): number {
    if (this.#held.length < size) {
      const larger = new Uint8Array(Math.max(size, Math.min(2 * this.#held.length, FRAME_MOST)));
      larger.set(this.#held.subarray(0, this.#filled));
      this.#held = larger;
    }
    const piece = bytes.subarray(0, Math.max(0, size - this.#filled));
    this.#held.set(piece, this.#filled);
    this.#filled += piece.length;
    return piece.length;
  }

  #take(bytes: Uint8Array): void {
    const type = bytes[0] ?? 0;
    const wrong = complaint(bytes);
    if (wrong !== undefined) {
      this.search();
      this.#listener.broken(wrong);
      return;
    }
    const channel = (bytes[2] ?? 0) | ((bytes[3] ?? 0) << 8);
    const frame = { type, channel, payload: bytes.subarray(HEADER_SIZE, -1) };
    if (type !== ToHost.HELLO) this.#listener.frame(frame);
    else if (!this.#hello(frame)) this.search();
  }

  #hello({ payload }: Frame): boolean {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    return this.#listener.hello(view.getBigUint64(8, true), view.getUint32(16, true));
  }
}

/**
 * How many bytes the frame has that begins here, if its header is there. One of an impossible length
 * counts as its header and an end mark, which is enough to complain about it.
 */
function sizeOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER_SIZE) return undefined;
  const length = wordAt(bytes, 4);
  return HEADER_SIZE + 1 + (length > PAYLOAD_MOST ? 0 : length);
}

/** What is wrong with a frame, if anything is. */
function complaint(bytes: Uint8Array): string | undefined {
  const type = bytes[0] ?? 0;
  const length = wordAt(bytes, 4);
  const [least, most] = LENGTHS.get(type) ?? [];
  if (least === undefined || most === undefined) return `it sent a frame of type ${type}`;
  if (length < least || length > most) return `it sent ${length} bytes in a frame of type ${type}`;
  if (bytes[bytes.length - 1] !== FRAME_END) return `a frame of type ${type} lacks its end`;
  return undefined;
}

function parseHello(bytes: Uint8Array): Frame | undefined {
  if (complaint(bytes) !== undefined) return undefined;
  const payload = bytes.subarray(HEADER_SIZE, -1);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  if (view.getBigUint64(0, true) !== MAGIC) return undefined;
  return { type: ToHost.HELLO, channel: 0, payload };
}
