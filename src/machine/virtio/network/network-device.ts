import type { VirtioDevice, VirtioTransport } from '../device.js';
import { formatMac, parseMac } from './mac.js';
import { CONFIG_SIZE, Feature, MAC_OFFSET, MAC_SIZE, NETWORK_TYPE, Queue } from './protocol.js';

/** As many buffers as QEMU's card has room for. */
const QUEUE_SIZE = 256;

/** What a network card has done, since it was made. */
export interface NetworkCounts {
  /** Frames that the guest sent though its link is down. */
  framesDropped: number;
}

/**
 * A virtio network card (VIRTIO 1.2 §5.1) in which no cable is: its link is down. The driver's buffers
 * for what would come stay in their queue; what the guest sends in spite of it goes nowhere.
 */
export class NetworkDevice implements VirtioDevice {
  readonly type = NETWORK_TYPE;
  readonly features = Feature.Mac | Feature.Status;
  readonly queues = [QUEUE_SIZE, QUEUE_SIZE];
  readonly config = new Uint8Array(CONFIG_SIZE);
  readonly counts: NetworkCounts = { framesDropped: 0 };
  #transport: VirtioTransport | undefined;

  /** @throws ConfigurationError for what is no address of one card */
  constructor(mac: string) {
    this.config.set(parseMac(mac), MAC_OFFSET);
  }

  get mac(): string {
    return formatMac(this.config.subarray(MAC_OFFSET, MAC_OFFSET + MAC_SIZE));
  }

  /**
   * Gives the card another address, for the slots that it is put into from now on.
   *
   * @throws ConfigurationError for what is no address of one card
   */
  set mac(mac: string) {
    this.config.set(parseMac(mac), MAC_OFFSET);
  }

  activate(transport: VirtioTransport): void {
    this.#transport = transport;
  }

  notify(queue: number): void {
    if (queue !== Queue.Transmit) return;
    // A turn is bounded by the queue's size: the guest stands still and adds no frames meanwhile.
    for (;;) {
      const frame = this.#transport?.take(queue);
      if (frame === undefined) return;
      this.counts.framesDropped++;
      frame.complete(0);
    }
  }

  reset(): void {
    this.#transport = undefined;
  }
}
