import { ConfigurationError } from '../../../core/errors.js';
import type { JsonObject, JsonValue } from '../../../core/json.js';
import type { ConsolePort } from '../console-port.js';
import type { VirtioDevice, VirtioTransport } from '../device.js';
import { ControlChannel, type ControlState, type TerminalSize } from './control-channel.js';
import { PortChannel } from './port-channel.js';
import {
  CONSOLE_TYPE,
  CONTROL_RECEIVE,
  CONTROL_TRANSMIT,
  Config,
  Feature,
  receiveQueue,
  transmitQueue,
} from './protocol.js';

/** Linux gives every receiving queue a page for each descriptor. */
const DATA_QUEUE_SIZE = 64;
const CONTROL_QUEUE_SIZE = 16;
/** A slot has 16 queues (VIRTIO_QUEUES in assembly/vm/vm.ts): two for control messages, two for a port. */
const MOST_PORTS = 7;
const MOST_NAME = 128;
const MOST_SIZE = 65_535;

/**
 * A virtio console (VIRTIO 1.2 §5.3) with any number of named ports, terminals (`/dev/hvc0`) or plain
 * byte streams (`/dev/vport…`). A driver without the feature MULTIPORT has the first port only, and
 * takes it for open and for a terminal.
 *
 * What the guest writes goes to its port as the guest says so; what is typed, and a new size, go to
 * the guest in `pump()`, so that a virtual clock decides when. A reset, as when the driver is loaded
 * anew, closes all ports; what was typed and is in no buffer of the guest yet is kept.
 */
export class ConsoleDevice implements VirtioDevice {
  readonly type = CONSOLE_TYPE;
  readonly features = Feature.Size | Feature.MultiPort;
  readonly queues: readonly number[];
  readonly #channels: readonly PortChannel[];
  readonly #control: ControlChannel;
  #transport: VirtioTransport | undefined;
  #size: TerminalSize;
  #resized = false;

  /** @throws ConfigurationError for names that are empty, too long or given twice, or no ports. */
  constructor(ports: readonly ConsolePort[], size: TerminalSize = { columns: 80, rows: 24 }) {
    checkPorts(ports);
    this.#size = checkedSize(size);
    this.#channels = ports.map(
      (port, id) => new PortChannel(port, receiveQueue(id), transmitQueue(id)),
    );
    this.#control = new ControlChannel(ports, {
      size: () => (this.#has(Feature.Size) ? this.#size : undefined),
      open: (id, open) => this.#channels[id]?.open(open),
    });
    const last = Math.max(CONTROL_TRANSMIT, transmitQueue(ports.length - 1));
    this.queues = Array.from({ length: last + 1 }, (_, queue) =>
      queue === CONTROL_RECEIVE || queue === CONTROL_TRANSMIT
        ? CONTROL_QUEUE_SIZE
        : DATA_QUEUE_SIZE,
    );
  }

  get config(): Uint8Array {
    return Config.encode({ ...this.#size, mostPorts: this.#channels.length });
  }

  /** Whether the guest wrote something for which a port has no room: its process waits. */
  get congested(): boolean {
    return this.#channels.some((channel) => channel.blocked);
  }

  /**
   * Changes the size of all terminals; the guest hears of it with the next `pump`.
   *
   * @throws ConfigurationError if a number is not an integer between 1 and 65,535.
   */
  resize(columns: number, rows: number): void {
    this.#size = checkedSize({ columns, rows });
    this.#resized = true;
  }

  activate(transport: VirtioTransport): void {
    this.#transport = transport;
    this.#resized = false;
    for (const channel of this.#channels) channel.activate(transport);
    if (!this.#has(Feature.MultiPort)) this.#channels[0]?.open(true);
  }

  notify(queue: number): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    if (this.#has(Feature.MultiPort)) {
      if (queue === CONTROL_TRANSMIT) this.#control.receive(transport);
      if (queue === CONTROL_TRANSMIT || queue === CONTROL_RECEIVE) this.#control.send(transport);
    }
    this.#channels.find((_, id) => transmitQueue(id) === queue)?.takeWritten();
  }

  reset(): void {
    this.#transport = undefined;
    this.#control.reset();
    for (const channel of this.#channels) channel.reset();
  }

  save(): ConsoleState {
    return {
      columns: this.#size.columns,
      rows: this.#size.rows,
      resized: this.#resized,
      control: this.#control.save(),
      open: this.#channels.map((channel) => channel.isOpen),
    };
  }

  adopt(state: JsonValue): void {
    const { columns, rows, resized, control, open } = state as ConsoleState;
    this.#size = checkedSize({ columns, rows });
    this.#resized = resized;
    this.#control.adopt(control);
    for (const [id, channel] of this.#channels.entries()) channel.adopt(open[id] === true);
  }

  /** Carries on what waits: what was typed, what had no room, a new size. Cheap if nothing does. */
  pump(): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    if (this.#resized) {
      this.#resized = false;
      if (this.#has(Feature.Size)) {
        transport.setConfig(0, this.config);
        this.#control.resized();
      }
    }
    if (this.#has(Feature.MultiPort)) this.#control.send(transport);
    for (const channel of this.#channels) channel.pump();
  }

  #has(feature: bigint): boolean {
    return this.#transport !== undefined && (this.#transport.features & feature) !== 0n;
  }
}

/** What of a console is not in its configuration space. */
interface ConsoleState extends JsonObject {
  readonly columns: number;
  readonly rows: number;
  readonly resized: boolean;
  readonly control: ControlState;
  /** Whether the guest has each port open. */
  readonly open: readonly boolean[];
}

function checkPorts(ports: readonly ConsolePort[]): void {
  if (ports.length < 1 || ports.length > MOST_PORTS) {
    throw new ConfigurationError(`a console has 1 to ${MOST_PORTS} ports, not ${ports.length}`);
  }
  const names = new Set<string>();
  for (const { name } of ports) {
    if (!/^[\x21-\x7e]+$/.test(name) || name.length > MOST_NAME) {
      throw new ConfigurationError(
        `a console port's name has 1 to ${MOST_NAME} ASCII characters without spaces, not '${name}'`,
      );
    }
    if (names.has(name)) throw new ConfigurationError(`two console ports are named '${name}'`);
    names.add(name);
  }
}

function checkedSize(size: TerminalSize): TerminalSize {
  const { columns, rows } = size;
  for (const figure of [columns, rows]) {
    if (!Number.isInteger(figure) || figure < 1 || figure > MOST_SIZE) {
      throw new ConfigurationError(
        `a terminal has 1 to ${MOST_SIZE} columns and rows, not ${columns} and ${rows}`,
      );
    }
  }
  return { columns, rows };
}
