import { FRAME_END, HEADER_SIZE, ToGuest, ToHost, VERSION } from '../src/guest/agent/protocol.js';
import { Agent } from '../src/vm/agent/agent.js';
import { encodeFrame, magicAnd, wordAt, words } from '../src/vm/agent/frames.js';

/** A frame that the host sent. */
export interface SentFrame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Uint8Array;
}

/** The agent's end of the protocol, played by a test; the host's end is the real one. */
export class FakeAgent {
  readonly agent: Agent;
  /** What the host sent, zeros left out. */
  readonly frames: SentFrame[] = [];
  ready = 0;
  /** Most bytes that the line takes at a time. */
  room = Number.POSITIVE_INFINITY;
  #sent: number[] = [];

  constructor() {
    this.agent = new Agent(
      () => {
        this.ready++;
      },
      () => {},
    );
  }

  /** Takes what the host has to send; the frames that became whole by it. */
  flush(): SentFrame[] {
    const before = this.frames.length;
    this.agent.type((bytes) => {
      const taken = bytes.subarray(0, this.room);
      for (const byte of taken) this.#sent.push(byte);
      return taken.length;
    });
    for (;;) {
      const zeros = this.#sent.findIndex((byte) => byte !== 0);
      this.#sent.splice(0, zeros < 0 ? this.#sent.length : zeros);
      const bytes = Uint8Array.from(this.#sent);
      if (bytes.length < HEADER_SIZE) break;
      const length = wordAt(bytes, 4);
      const end = HEADER_SIZE + length;
      if (bytes.length <= end) break;
      if (bytes[end] !== FRAME_END) throw new Error('the host sent a frame without its end');
      const channel = (bytes[2] ?? 0) + 256 * (bytes[3] ?? 0);
      this.frames.push({
        type: bytes[0] ?? 0,
        channel,
        payload: bytes.slice(HEADER_SIZE, end),
      });
      this.#sent.splice(0, end + 1);
    }
    return this.frames.slice(before);
  }

  /** The frames of a type that the host has sent. */
  sent(type: number): SentFrame[] {
    this.flush();
    return this.frames.filter((frame) => frame.type === type);
  }

  send(type: number, channel: number, payload: Uint8Array = new Uint8Array(0)): void {
    this.agent.receive(encodeFrame(type, channel, payload));
  }

  sendWords(type: number, channel: number, ...values: number[]): void {
    this.send(type, channel, words(...values));
  }

  output(channel: number, text: string | Uint8Array, type: number = ToHost.STDOUT): void {
    this.send(type, channel, typeof text === 'string' ? new TextEncoder().encode(text) : text);
  }

  exit(channel: number, status = 0): void {
    this.sendWords(ToHost.EXIT, channel, status);
  }

  /** HELLO, with nonce 0 as an agent that has just started. */
  hello(nonce = 0n, version = VERSION): void {
    const payload = magicAnd(nonce, 4);
    new DataView(payload.buffer).setUint32(16, version, true);
    this.send(ToHost.HELLO, 0, payload);
  }

  /** The handshake: greets, and answers the SYNC that comes. */
  greet(): void {
    this.hello();
    this.answerSync();
  }

  answerSync(): void {
    const { payload } = this.sent(ToGuest.SYNC).at(-1) ?? { payload: new Uint8Array(16) };
    this.hello(new DataView(payload.buffer, payload.byteOffset).getBigUint64(8, true));
  }

  /** Channels that were opened, and the arguments of each. */
  opened(): { channel: number; kind: number; detail: number; arguments: string[] }[] {
    this.flush();
    let text = '';
    return this.frames.flatMap(({ type, channel, payload }) => {
      if (type === ToGuest.ARGUMENTS) text += new TextDecoder().decode(payload);
      if (type !== ToGuest.OPEN) return [];
      const strings = text.split('\0').slice(0, -1);
      text = '';
      return [
        { channel, kind: wordAt(payload, 0), detail: wordAt(payload, 4), arguments: strings },
      ];
    });
  }
}
