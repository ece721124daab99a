import { connect, type Socket } from 'node:net';
import { ConfigurationError } from '../core/errors.js';
import { bytesOf, hexOf } from '../debug/hex.js';
import { PacketReader, packetOf } from '../debug/packet.js';
import { TRANSLATES } from '../debug/translate-words.js';

/**
 * A VM answers between two turns of its run loop, and lists its largest region in seconds; on a busy machine in many.
 * Whoever takes so long is none.
 */
const PATIENCE = 60_000;
/** Bytes of output that are believed to be an answer; the listing of the largest region has a quarter of it. */
const MOST_OUTPUT = 1 << 23;
/** Packets that it may come in, of which some may be empty. */
const MOST_PIECES = 2048;
/** What is told is text in lines: nothing of it may drive a terminal. */
const CONTROLS = /(?!\n)\p{Cc}/gu;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'there is no such host',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
  ECONNRESET: 'it ended the connection',
};

/**
 * A client of the server that `run --gdb` has: it looks, and leaves the VM as it was, which stands while
 * the connection lasts.
 */
export class GdbClient implements Disposable {
  readonly #socket: Socket;
  readonly #place: string;
  readonly #reader = new PacketReader();
  readonly #packets: string[] = [];
  #failure: ConfigurationError | undefined;
  #wake: () => void = () => {};

  private constructor(socket: Socket, place: string) {
    this.#socket = socket;
    this.#place = place;
    socket.on('data', (bytes) => {
      for (const sent of this.#reader.read(bytes)) {
        if (sent.kind === 'packet') this.#packets.push(sent.text);
      }
      this.#wake();
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#fail(REASONS[error.code ?? ''] ?? error.message),
    );
    socket.on('close', () => this.#fail('it ended the connection'));
    socket.setTimeout(PATIENCE, () => this.#fail('it does not answer'));
  }

  /**
   * Connects, and makes sure that a VM of Hartwood is there.
   *
   * @throws ConfigurationError if there is none; the signal's reason
   */
  static async open(host: string, port: number, signal: AbortSignal): Promise<GdbClient> {
    signal.throwIfAborted();
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const client = new GdbClient(connect({ host, port, noDelay: true }), place);
    try {
      const features = await client.ask('qSupported', signal);
      if (features.startsWith('E.')) {
        const refusal = `the machine at ${place} cannot be asked: ${readable(features.slice(2)).replaceAll('\n', ' ')}`;
        throw new ConfigurationError(`${refusal}; 'monitor translate' asks it from there`);
      }
      if (!features.split(';').includes(TRANSLATES)) {
        throw client.#refusal('its server is not that of hartwood run --gdb');
      }
    } catch (error) {
      client[Symbol.dispose]();
      throw error;
    }
    return client;
  }

  /** Sends a packet, and waits for the next one. @throws ConfigurationError if none comes; the signal's reason */
  async ask(text: string, signal: AbortSignal): Promise<string> {
    this.#socket.write(packetOf(text));
    return this.#next(signal);
  }

  /**
   * What `monitor COMMAND` prints, as text in lines.
   *
   * @throws ConfigurationError if it is refused, or no answer comes; the signal's reason
   */
  async monitor(command: string, signal: AbortSignal): Promise<string> {
    let packet = await this.ask(`qRcmd,${hexOf(new TextEncoder().encode(command))}`, signal);
    const pieces: Uint8Array[] = [];
    let size = 0;
    while (packet !== 'OK') {
      const more = packet.startsWith('O');
      const bytes = bytesOf(more ? packet.slice(1) : packet);
      size += bytes?.length ?? 0;
      const tooMuch = size > MOST_OUTPUT || pieces.length === MOST_PIECES;
      if (bytes === undefined || packet === '' || tooMuch) {
        throw this.#refusal(`it does not understand '${command}'`);
      }
      pieces.push(bytes);
      if (!more) break;
      packet = await this.#next(signal);
    }
    const decoder = new TextDecoder();
    const text = pieces.map((piece) => decoder.decode(piece, { stream: true })).join('');
    return readable(text + decoder.decode());
  }

  async #next(signal: AbortSignal): Promise<string> {
    const woken = () => this.#wake();
    signal.addEventListener('abort', woken);
    try {
      for (;;) {
        signal.throwIfAborted();
        const packet = this.#packets.shift();
        if (packet !== undefined) return packet;
        if (this.#failure !== undefined) throw this.#failure;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', woken);
    }
  }

  #fail(why: string): void {
    this.#failure ??= this.#refusal(why);
    this.#wake();
  }

  #refusal(why: string): ConfigurationError {
    return new ConfigurationError(
      `no virtual machine at ${this.#place}: ${why}; 'hartwood run --gdb PORT' serves one`,
    );
  }

  /** Ends the connection: what the VM did before, it goes on with. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

const readable = (text: string): string => text.replace(CONTROLS, '?');
