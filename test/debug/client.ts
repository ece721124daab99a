import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PacketReader, packetOf } from '../../src/debug/packet.js';

/** A client of the remote protocol that a test scripts; it acknowledges nothing unless told to. */
export class Client {
  readonly socket: Socket;
  readonly #reader = new PacketReader();
  readonly #received: string[] = [];
  #onReceived: (() => void) | undefined;
  /** Whether the connection has ended. */
  ended = false;
  acks = 0;
  naks = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      for (const sent of this.#reader.read(bytes)) {
        if (sent.kind === 'packet') this.#received.push(sent.text);
        if (sent.kind === 'ack') this.acks += 1;
        if (sent.kind === 'nak') this.naks += 1;
      }
      this.#onReceived?.();
    });
    const end = () => {
      this.ended = true;
      this.#onReceived?.();
    };
    socket.on('error', end);
    socket.on('close', end);
  }

  static async connect(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1');
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Waits until `condition` holds; it is asked whenever something came. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#onReceived = resolve;
      });
    }
  }

  /** The next packet. @throws Error if the connection ended before. */
  async packet(): Promise<string> {
    await this.until(() => this.#received.length > 0 || this.ended);
    const text = this.#received.shift();
    if (text === undefined) throw new Error('the connection ended without a packet');
    return text;
  }

  send(text: string): void {
    this.socket.write(packetOf(text));
  }

  raw(text: string): void {
    this.socket.write(Buffer.from(text, 'latin1'));
  }

  ask(text: string): Promise<string> {
    this.send(text);
    return this.packet();
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.until(() => this.ended);
  }
}
