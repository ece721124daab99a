import { ConfigurationError } from '../../core/errors.js';
import {
  type Kind,
  OUTPUT_WINDOW,
  PAYLOAD_MOST,
  STDIN_WINDOW,
  ToGuest,
  ToHost,
} from '../../guest/agent/protocol.js';
import { encodeFrame, words } from './frames.js';

/** What a channel is to be (src/guest/agent/protocol.ts). */
export interface Opening {
  readonly kind: (typeof Kind)[keyof typeof Kind];
  readonly detail: number;
  readonly arguments: readonly string[];
}

/** The two outputs of a channel. */
export type Output = typeof ToHost.STDOUT | typeof ToHost.STDERR;

/** How a channel ended, as the agent tells it. */
export type End =
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'failed'; readonly errno: number; readonly step: number };

/** Told of what happens on a channel. */
export interface ChannelListener {
  /** Output, the listener's to keep. It gives credit back as it is done with it. */
  output(output: Output, bytes: Uint8Array): void;
  /** Nobody in the guest reads the input any more. */
  inputClosed(): void;
  /** The agent's last word. */
  ended(end: End): void;
  /** The agent, or the way to it, was lost. */
  lost(error: Error): void;
}

const SIGKILL = 9;
const NOBODY: ChannelListener = {
  output: () => {},
  inputClosed: () => {},
  ended: () => {},
  lost: () => {},
};

/**
 * The host's end of one channel: what is to be sent on it, and the credit of its streams.
 *
 * ```
 *   waiting ── open(number) ──▶ open ── EXIT, FAILED, or the agent is lost ──▶ over
 * ```
 */
export class Channel {
  /** 0 until the channel is open. */
  number = 0;
  #listener: ChannelListener;
  readonly #onActivity: () => void;
  /** Frames made already, to be sent before all else. */
  #frames: Uint8Array[] = [];
  readonly #signals = new Set<number>();
  /** What the agent may still send, and what its readers have given back since we told it. */
  readonly #allowed = new Map<Output, number>([
    [ToHost.STDOUT, OUTPUT_WINDOW],
    [ToHost.STDERR, OUTPUT_WINDOW],
  ]);
  readonly #returned = new Map<Output, number>();
  #input: { bytes: Uint8Array; taken: () => void }[] = [];
  #inputCredit = STDIN_WINDOW;
  #inputState: 'open' | 'ending' | 'ended' = 'open';

  constructor(
    readonly opening: Opening,
    listener: ChannelListener,
    onActivity: () => void,
  ) {
    this.#listener = listener;
    this.#onActivity = onActivity;
  }

  /** Takes a number; the frames that open the channel come next. */
  open(number: number): void {
    this.number = number;
    const { kind, detail } = this.opening;
    const all = new TextEncoder().encode(
      this.opening.arguments.map((text) => `${text}\0`).join(''),
    );
    for (let at = 0; at < all.length; at += PAYLOAD_MOST) {
      const piece = all.subarray(at, at + PAYLOAD_MOST);
      this.#frames.push(encodeFrame(ToGuest.ARGUMENTS, number, piece));
    }
    this.#frames.push(encodeFrame(ToGuest.OPEN, number, words(kind, detail)));
  }

  /** The next frame to be sent on the open channel. Frames that open it must not be parted. */
  next(): Uint8Array | undefined {
    const made = this.#frames.shift();
    if (made !== undefined) return made;
    for (const signal of this.#signals) {
      this.#signals.delete(signal);
      return encodeFrame(ToGuest.KILL, this.number, words(signal));
    }
    for (const [output, bytes] of this.#returned) {
      if (bytes < OUTPUT_WINDOW / 2) continue;
      this.#returned.delete(output);
      this.#allowed.set(output, (this.#allowed.get(output) ?? 0) + bytes);
      return encodeFrame(ToGuest.CREDIT, this.number, words(output, bytes));
    }
    return this.#nextInput();
  }

  /** Whether the channel is being opened: its next frame belongs to those before. */
  get opens(): boolean {
    return this.#frames.length > 0;
  }

  #nextInput(): Uint8Array | undefined {
    const first = this.#input[0];
    if (first === undefined) {
      if (this.#inputState !== 'ending') return undefined;
      this.#inputState = 'ended';
      return encodeFrame(ToGuest.STDIN_END, this.number, new Uint8Array(0));
    }
    const piece = first.bytes.subarray(0, Math.min(PAYLOAD_MOST, this.#inputCredit));
    if (piece.length === 0) return undefined;
    this.#inputCredit -= piece.length;
    first.bytes = first.bytes.subarray(piece.length);
    if (first.bytes.length === 0) {
      this.#input.shift();
      first.taken();
    }
    return encodeFrame(ToGuest.STDIN, this.number, piece);
  }

  /**
   * Sends input; resolves when it was handed to the agent, or nobody wants it any more.
   *
   * @throws ConfigurationError for what is no Uint8Array: streams check nothing
   */
  async write(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      throw new ConfigurationError(`an input's pieces are Uint8Arrays, not ${typeof bytes}`);
    }
    if (bytes.length === 0 || this.#inputState !== 'open') return;
    await new Promise<void>((taken) => {
      this.#input.push({ bytes, taken });
      this.#onActivity();
    });
  }

  /** The input ends behind what was written. */
  end(): void {
    if (this.#inputState !== 'open') return;
    this.#inputState = 'ending';
    this.#onActivity();
  }

  /** Sends a signal to the command's process group. */
  kill(signal: number): void {
    this.#signals.add(signal);
    this.#onActivity();
  }

  /** The listener is done with bytes of an output: the guest may send as many more. */
  giveBack(output: Output, bytes: number): void {
    // All that an abandoned channel was sent was given back with it.
    if (this.#listener !== NOBODY) this.#return(output, bytes);
  }

  #return(output: Output, bytes: number): void {
    this.#returned.set(output, (this.#returned.get(output) ?? 0) + bytes);
    this.#onActivity();
  }

  /** Nobody listens any more: an open channel's command is killed. */
  abandon(): void {
    this.#listener = NOBODY;
    this.#dropInput();
    // What was sent and not read is as good as read.
    for (const [output, bytes] of this.#allowed) this.#returned.set(output, OUTPUT_WINDOW - bytes);
    if (this.number !== 0) this.kill(SIGKILL);
  }

  /** Takes a frame of this channel; what is wrong with it, if anything is. */
  receive(type: number, payload: Uint8Array, word: number): string | undefined {
    if (type === ToHost.STDOUT || type === ToHost.STDERR) {
      const allowed = (this.#allowed.get(type) ?? 0) - payload.length;
      if (allowed < 0) return `it sent ${-allowed} bytes more than it had credit for`;
      this.#allowed.set(type, allowed);
      if (this.#listener === NOBODY) this.#return(type, payload.length);
      else this.#listener.output(type, payload.slice());
    } else if (type === ToHost.CREDIT) {
      this.#inputCredit += word;
      if (this.#inputCredit > STDIN_WINDOW) return `it took more input than it was sent`;
      this.#onActivity();
    } else if (type === ToHost.STDIN_CLOSED) {
      this.#dropInput();
      this.#listener.inputClosed();
    }
    return undefined;
  }

  /** The channel is over. */
  finish(end: End): void {
    this.#dropInput();
    this.#listener.ended(end);
  }

  lose(error: Error): void {
    this.#dropInput();
    this.#listener.lost(error);
  }

  #dropInput(): void {
    this.#inputState = 'ended';
    for (const { taken } of this.#input.splice(0)) taken();
  }
}
