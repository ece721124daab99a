import type { ConsolePort } from '../console-port.js';
import type { VirtioRequest, VirtioTransport } from '../device.js';

/** Bytes handed to a port at once, however long the guest's buffer claims to be. */
const PIECE = 64 * 1024;
/** Bytes taken from the guest in one go, before the VM's loop has its turn. */
const MOST_AT_ONCE = 1024 * 1024;

/**
 * The bytes of one port, both ways. From the guest: handed over as they come while the port has room;
 * else what is left stays in its buffer, and the guest waits. To the guest: put into its buffers while
 * it has the port open; else they stay with whoever typed them.
 */
export class PortChannel {
  readonly port: ConsolePort;
  readonly #receiveQueue: number;
  readonly #transmitQueue: number;
  #transport: VirtioTransport | undefined;
  #open = false;
  /** A buffer of the guest that the port has had a part of. */
  #part: { readonly request: VirtioRequest; at: number } | undefined;
  #blocked = false;

  /** @param receiveQueue by which the guest receives; it transmits by `transmitQueue` */
  constructor(port: ConsolePort, receiveQueue: number, transmitQueue: number) {
    this.port = port;
    this.#receiveQueue = receiveQueue;
    this.#transmitQueue = transmitQueue;
  }

  /** Whether the guest wrote something for which the port has no room. */
  get blocked(): boolean {
    return this.#blocked && this.port.congested;
  }

  activate(transport: VirtioTransport): void {
    this.#transport = transport;
  }

  reset(): void {
    this.#transport = undefined;
    this.#part = undefined;
    this.#blocked = false;
    this.open(false);
  }

  /** The guest has opened or closed the port; tells the port if that is new. */
  open(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    this.port.opened(open);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** The guest has the port open, or not, and has known it for long: nobody is told. */
  adopt(open: boolean): void {
    this.#open = open;
  }

  /** Carries on both ways. */
  pump(): void {
    if (this.#blocked) this.takeWritten();
    this.#giveTyped();
  }

  /** Hands what the guest has written to the port, as far as it has room. */
  takeWritten(): void {
    let left = MOST_AT_ONCE;
    this.#blocked = false;
    // What the port does with the bytes may reset the device.
    while (this.#transport !== undefined) {
      if (this.port.congested) {
        this.#blocked = true;
        return;
      }
      if (left <= 0) {
        this.#transport.wake(this.#transmitQueue);
        return;
      }
      if (this.#part === undefined) {
        const request = this.#transport.take(this.#transmitQueue);
        if (request === undefined) return;
        this.#part = { request, at: 0 };
      }
      left -= this.#takePiece(this.#part);
    }
  }

  #takePiece(part: { readonly request: VirtioRequest; at: number }): number {
    const { request } = part;
    const bytes = request.read(part.at, Math.min(PIECE, request.readable - part.at));
    part.at += bytes.length;
    // A request that gives nothing is void: its queue has ended.
    if (bytes.length === 0 || part.at >= request.readable) {
      this.#part = undefined;
      request.complete(0);
    }
    if (bytes.length > 0) this.port.receive(bytes);
    return bytes.length;
  }

  #giveTyped(): void {
    const transport = this.#transport;
    if (transport === undefined || !this.#open) return;
    // Pieces share a buffer: whoever types byte by byte does not use up the guest's.
    let request: VirtioRequest | undefined;
    let at = 0;
    const give = (bytes: Uint8Array): number => {
      let taken = 0;
      while (taken < bytes.length) {
        if (request === undefined) {
          request = transport.take(this.#receiveQueue);
          at = 0;
          if (request === undefined) break;
        }
        const piece = bytes.subarray(taken, taken + request.writable - at);
        if (piece.length > 0) request.write(at, piece);
        taken += piece.length;
        at += piece.length;
        if (at >= request.writable) {
          request.complete(at);
          request = undefined;
        }
      }
      return taken;
    };
    try {
      this.port.type(give);
    } finally {
      request?.complete(at);
    }
  }
}
