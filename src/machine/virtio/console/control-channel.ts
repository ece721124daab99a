import type { JsonObject } from '../../../core/json.js';
import type { ConsolePort } from '../console-port.js';
import type { VirtioTransport } from '../device.js';
import { CONTROL_RECEIVE, CONTROL_TRANSMIT, Control, Event, Size } from './protocol.js';

/**
 * What a port's driver must be told before what: that there is a port, whether it is a terminal and
 * of which size, its name, and last that it may write.
 */
const ORDER = [
  Event.PortAdd,
  Event.ConsolePort,
  Event.Resize,
  Event.PortName,
  Event.PortOpen,
] as const;

/** Columns and rows of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What of the control messages was said, and what is still to be. */
export interface ControlState extends JsonObject {
  /** Ports that their driver has taken on. */
  readonly ready: readonly number[];
  /** Events that wait, of each port. */
  readonly pending: readonly (readonly number[])[];
}

/** The device's side of its control messages. */
export interface ControlEvents {
  /** The terminals' size, unless the driver does not want to know. */
  size(): TerminalSize | undefined;
  /** The guest has opened port `id`, or closed it. */
  open(id: number, open: boolean): void;
}

/**
 * The control messages of a console device with several ports (VIRTIO 1.2 §5.3.6.2):
 *
 * ```
 *   driver                                   device
 *     │ DeviceReady ───────────────────────────▶│
 *     │◀──────────────────────── PortAdd, a port│
 *     │ PortReady, a port ─────────────────────▶│
 *     │◀── ConsolePort, Resize, PortName, PortOpen
 *     │ PortOpen, when a process opens it ─────▶│
 * ```
 *
 * What is still to be said waits as a set of events a port, not as a queue of messages: it cannot
 * grow, whatever a driver sends without ever giving buffers.
 */
export class ControlChannel {
  readonly #ports: readonly ConsolePort[];
  readonly #pending: readonly Set<Event>[];
  readonly #ready = new Set<number>();
  readonly #events: ControlEvents;

  constructor(ports: readonly ConsolePort[], events: ControlEvents) {
    this.#ports = ports;
    this.#pending = ports.map(() => new Set());
    this.#events = events;
  }

  reset(): void {
    for (const pending of this.#pending) pending.clear();
    this.#ready.clear();
  }

  save(): ControlState {
    return { ready: [...this.#ready], pending: this.#pending.map((events) => [...events]) };
  }

  adopt({ ready, pending }: ControlState): void {
    this.reset();
    for (const id of ready) if (id in this.#pending) this.#ready.add(id);
    for (const [id, events] of this.#pending.entries()) {
      for (const event of ORDER) if (pending[id]?.includes(event)) events.add(event);
    }
  }

  /** The terminals' size is another one: the next `send` says so. */
  resized(): void {
    for (const id of this.#ready) this.#tellSize(id);
  }

  #tellSize(id: number): void {
    if (!this.#ports[id]?.terminal || this.#events.size() === undefined) return;
    this.#pending[id]?.add(Event.Resize);
  }

  /** Takes what the driver has sent. Messages that are short, unknown or of no port do nothing. */
  receive(transport: VirtioTransport): void {
    for (;;) {
      const request = transport.take(CONTROL_TRANSMIT);
      if (request === undefined) return;
      const bytes = request.read(0, Control.size);
      request.complete(0);
      if (bytes.length === Control.size) this.#handle(Control.decode(bytes));
    }
  }

  #handle({ id, event, value }: { id: number; event: number; value: number }): void {
    const pending = this.#pending[id];
    if (event === Event.DeviceReady && value === 1) {
      for (const each of this.#pending) each.add(Event.PortAdd);
    } else if (event === Event.PortReady && value === 1 && pending !== undefined) {
      if (this.#ports[id]?.terminal) pending.add(Event.ConsolePort);
      pending.add(Event.PortName).add(Event.PortOpen);
      this.#ready.add(id);
      this.#tellSize(id);
    } else if (event === Event.PortOpen && pending !== undefined) {
      this.#events.open(id, value !== 0);
    }
  }

  /** Sends what is to be said, as far as the driver has given buffers that are large enough. */
  send(transport: VirtioTransport): void {
    for (const [id, pending] of this.#pending.entries()) {
      for (const event of ORDER) {
        if (!pending.has(event)) continue;
        if (!put(transport, this.#message(id, event))) return;
        pending.delete(event);
      }
    }
  }

  #message(id: number, event: Event): Uint8Array {
    const head = Control.encode({ id, event, value: 1 });
    if (event === Event.Resize) {
      return joined(head, Size.encode({ ...this.#events.size() }));
    }
    if (event === Event.PortName) {
      return joined(head, new TextEncoder().encode(this.#ports[id]?.name));
    }
    return head;
  }
}

function put(transport: VirtioTransport, message: Uint8Array): boolean {
  for (;;) {
    const request = transport.take(CONTROL_RECEIVE);
    if (request === undefined) return false;
    const fits = request.writable >= message.length;
    if (fits) request.write(0, message);
    request.complete(fits ? message.length : 0);
    if (fits) return true;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
