import type { JsonValue } from '../../../core/json.js';
import type { VirtioDevice, VirtioTransport } from '../device.js';

/** Device type (VIRTIO 1.2 §5). */
const ENTROPY_TYPE = 4;
/** Linux has one request under way. */
const QUEUE_SIZE = 8;
/** Bytes that a request gets at most: what one call of `crypto.getRandomValues` may fill. */
const MOST_BYTES = 65_536;

/** Random bytes that nobody can guess, or that a seed determines. */
export interface EntropySource {
  /** Fills at most 65,536 bytes. */
  fill(bytes: Uint8Array): void;
  /** Where a seeded source stands: another one that is given it goes on there. Null if there is no such thing. */
  state: string | null;
}

/**
 * A virtio entropy device (VIRTIO 1.2 §5.4). A device may use less than a buffer's whole length
 * (§5.4.6.2): a request for more than 64 KiB gets 64 KiB, so that no guest holds up its host.
 */
export class EntropyDevice implements VirtioDevice {
  readonly type = ENTROPY_TYPE;
  readonly features = 0n;
  readonly queues = [QUEUE_SIZE];
  readonly config = new Uint8Array(0);
  readonly #source: EntropySource;
  #transport: VirtioTransport | undefined;

  constructor(source: EntropySource) {
    this.#source = source;
  }

  activate(transport: VirtioTransport): void {
    this.#transport = transport;
  }

  notify(queue: number): void {
    // A turn is bounded by the queue's size: the guest stands still and adds no buffers meanwhile.
    for (;;) {
      const request = this.#transport?.take(queue);
      if (request === undefined) return;
      const bytes = new Uint8Array(Math.min(request.writable, MOST_BYTES));
      this.#source.fill(bytes);
      request.write(0, bytes);
      request.complete(bytes.length);
    }
  }

  reset(): void {
    this.#transport = undefined;
  }

  save(): JsonValue {
    return this.#source.state;
  }

  adopt(state: JsonValue): void {
    // A machine with another source was not told to repeat.
    if (typeof state === 'string' && this.#source.state !== null) this.#source.state = state;
  }
}
