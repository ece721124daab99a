/** The driver's side of a console device under test, and the host's ports behind it. */
import type { ConsolePort } from '../../src/machine/virtio/console-port.js';
import type { FakeRequest, FakeTransport } from './fake-transport.js';

/** Control events (VIRTIO 1.2 §5.3.6.2), written down anew so that a test can find them wrong. */
export const DEVICE_READY = 0;
export const PORT_ADD = 1;
export const PORT_READY = 3;
export const CONSOLE_PORT = 4;
export const RESIZE = 5;
export const PORT_OPEN = 6;
export const PORT_NAME = 7;

const CONTROL_RECEIVE = 2;
const CONTROL_TRANSMIT = 3;

export interface ControlMessage {
  readonly id: number;
  readonly event: number;
  readonly value: number;
  /** The bytes behind the header. */
  readonly rest: readonly number[];
}

/** What the device says of a port. */
export const message = (
  id: number,
  event: number,
  rest: readonly number[] = [],
): ControlMessage => ({
  id,
  event,
  value: 1,
  rest,
});

/** The driver's control queues. */
export class ControlDriver {
  readonly #transport: FakeTransport;
  #offered: FakeRequest[] = [];

  constructor(transport: FakeTransport) {
    this.#transport = transport;
  }

  /** Gives the device `count` buffers for its messages, without a notification. */
  offer(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#offered.push(this.#transport.offer(CONTROL_RECEIVE, 0, 256));
    }
  }

  flush(): void {
    this.#transport.notify(CONTROL_RECEIVE);
  }

  send(id: number, event: number, value: number): void {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, id, true);
    view.setUint16(4, event, true);
    view.setUint16(6, value, true);
    this.#transport.send(CONTROL_TRANSMIT, bytes);
  }

  /** The messages since the last call. */
  received(): ControlMessage[] {
    const done = this.#offered.filter(({ written }) => written !== undefined);
    this.#offered = this.#offered.filter(({ written }) => written === undefined);
    return done.map(({ answer, written }) => {
      const view = new DataView(answer.buffer);
      return {
        id: view.getUint32(0, true),
        event: view.getUint16(4, true),
        value: view.getUint16(6, true),
        rest: [...answer.subarray(8, written)],
      };
    });
  }
}

/** A port that keeps what it is sent. */
export class TestPort implements ConsolePort {
  readonly name: string;
  readonly terminal: boolean;
  congested = false;
  /** Becomes congested when it has received so many bytes. */
  room = Number.POSITIVE_INFINITY;
  readonly log: ('open' | 'closed')[] = [];
  readonly received: Uint8Array[] = [];
  readonly typed: Uint8Array[] = [];

  constructor(name: string, terminal = false) {
    this.name = name;
    this.terminal = terminal;
  }

  get text(): string {
    return Buffer.concat(this.received).toString();
  }

  receive(bytes: Uint8Array): void {
    this.received.push(bytes);
    this.room -= bytes.length;
    if (this.room <= 0) this.congested = true;
  }

  type(give: (bytes: Uint8Array) => number): void {
    for (let first = this.typed[0]; first !== undefined; first = this.typed[0]) {
      const taken = give(first);
      if (taken < first.length) {
        this.typed[0] = first.subarray(taken);
        return;
      }
      this.typed.shift();
    }
  }

  opened(open: boolean): void {
    this.log.push(open ? 'open' : 'closed');
  }
}
