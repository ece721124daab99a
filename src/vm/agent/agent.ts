import { AgentError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import {
  AGENT_PORT,
  COMMANDS_MOST,
  FILES_MOST,
  FRAME_MOST,
  Kind,
  ToGuest,
  ToHost,
  VERSION,
} from '../../guest/agent/protocol.js';
import type { ConsolePort } from '../../machine/virtio/console-port.js';
import { Channel, type ChannelListener, type Opening } from './channel.js';
import { encodeFrame, type Frame, FrameReader, magicAnd, wordAt } from './frames.js';

/** Frames are handed over in pieces of about so many bytes. */
const PIECE = FRAME_MOST;
const LAST_NUMBER = 0xffff;
const LAST_STATUS = 255;

/** What another host's end must know to go on with the same guest. */
export interface AgentState extends JsonObject {
  readonly ready: boolean;
  readonly cut: boolean;
  /** The last nonce sent, a decimal number. */
  readonly nonce: string;
}

/**
 * The host's end of the guest agent's protocol (src/guest/agent/protocol.ts): bytes in, bytes out,
 * whatever carries them. Channels beyond those that may be open at once wait.
 *
 * ```
 *             HELLO(0), opened                     HELLO with our nonce
 *   silent ────────────────────▶ SYNC is sent ───────────────────────────▶ ready
 *      ▲                                ▲                                    │
 *      │ the guest reboots, the port    │ HELLO(0), a broken frame, resync() │
 *      └─ is closed: from any state     └────────────────────────────────────┘
 * ```
 *
 * An end that goes on where another one was is `adopted`: it sends its SYNC with the first channel.
 *
 * A SYNC loses the open channels; those that wait go to the agent that answers it.
 */
export class Agent implements ConsolePort {
  readonly name = AGENT_PORT;
  readonly terminal = false;
  /** What the guest sends is within the windows of its channels, or dropped: there is always room. */
  readonly congested = false;
  readonly #onReady: () => void;
  readonly #onActivity: () => void;
  readonly #newNonce: (last: bigint) => bigint;
  readonly #reader: FrameReader;
  #state: 'silent' | 'syncing' | 'ready' | 'adopted' = 'silent';
  /** Whether the guest's agent has had a part of a frame only. */
  #cut = false;
  #nonce = 0n;
  /** Why no agent of this guest can be talked to. */
  #refusal: AgentError | undefined;
  #waiting: Channel[] = [];
  /** In the order in which they are served. */
  readonly #open = new Map<number, Channel>();
  #lastNumber = 0;
  /** What is on its way, and must go out whole. */
  #unsent: Uint8Array = new Uint8Array(0);

  /**
   * @param onReady called whenever an agent has answered
   * @param onActivity called whenever there may be something to send
   * @param newNonce a number other than 0 that an earlier host's end did not use, from the last one of this end
   */
  constructor(
    onReady: () => void,
    onActivity: () => void,
    newNonce: (last: bigint) => bigint = randomNonce,
  ) {
    this.#onReady = onReady;
    this.#onActivity = onActivity;
    this.#newNonce = newNonce;
    this.#reader = new FrameReader({
      hello: (nonce, version) => this.#greeted(nonce, version),
      frame: (frame) => this.#take(frame),
      broken: (reason) => this.#broken(reason),
    });
  }

  /** Whether an agent takes commands. */
  get ready(): boolean {
    return this.#state === 'ready' || this.#state === 'adopted';
  }

  /**
   * Opens a channel as soon as an agent and one of its channels are free. Whoever gives it up calls
   * `close`.
   */
  open(opening: Opening, listener: ChannelListener): Channel {
    const channel = new Channel(opening, listener, this.#onActivity);
    if (this.#refusal !== undefined) {
      const refusal = this.#refusal;
      queueMicrotask(() => channel.lose(refusal));
      return channel;
    }
    this.#waiting.push(channel);
    if (this.#state === 'adopted') this.#sync(this.#cut ? new Uint8Array(FRAME_MOST) : undefined);
    this.#onActivity();
    return channel;
  }

  /** Gives a channel up: unsent it is not sent, else its command is killed. */
  close(channel: Channel): void {
    this.#waiting = this.#waiting.filter((other) => other !== channel);
    channel.abandon();
    this.#onActivity();
  }

  /** Begins anew with whatever agent there is, as after the host's end was replaced. */
  resync(): void {
    this.#loseOpen('the connection to the guest agent was begun anew');
    // Where the agent's reading stands is not known.
    this.#sync(new Uint8Array(FRAME_MOST));
  }

  /** Whether the guest's agent has answered, and whether a frame to it is cut now. */
  save(): AgentState {
    return {
      ready: this.ready || this.#state === 'adopted',
      cut: this.#cut,
      nonce: String(this.#nonce),
    };
  }

  /**
   * The guest has an agent that talked to another host's end, as `save` said. Nothing is sent to it before somebody
   * wants something of it: until then the guest goes on as if nothing had happened.
   */
  adopt({ ready, cut, nonce }: AgentState): void {
    this.#cut = cut;
    this.#nonce = BigInt(nonce);
    if (!ready) return;
    this.#state = 'adopted';
    this.#onReady();
  }

  /** The guest rebooted: what ran or waited is lost, and an agent must greet again. */
  reset(): void {
    this.#silence();
    this.#refusal = undefined;
    const error = new AgentError('the guest rebooted before the command ended');
    for (const channel of [...this.#open.values(), ...this.#waiting.splice(0)]) channel.lose(error);
    this.#open.clear();
  }

  opened(open: boolean): void {
    // What ran is lost only with the next agent: a guest that ends closes its port, too.
    if (!open) this.#silence();
    else if (this.#state === 'silent') this.#syncAnew();
  }

  receive(bytes: Uint8Array): void {
    this.#reader.receive(bytes);
  }

  type(give: (bytes: Uint8Array) => number): void {
    for (;;) {
      if (this.#unsent.length === 0) this.#unsent = this.#gather();
      if (this.#unsent.length === 0) return;
      const given = give(this.#unsent);
      if (given > 0) this.#cut = given < this.#unsent.length;
      this.#unsent = this.#unsent.subarray(given);
      if (this.#unsent.length > 0) return;
    }
  }

  /** The next frames of the open channels, each in turn. */
  #gather(): Uint8Array {
    const frames: Uint8Array[] = [];
    let size = 0;
    if (this.#state === 'ready') {
      this.#openWaiting();
      let idle = 0;
      while (size < PIECE && idle < this.#open.size) {
        const [channel] = this.#open.values();
        if (channel === undefined) break;
        const opens = channel.opens;
        const frame = channel.next();
        if (!opens || !channel.opens) {
          this.#open.delete(channel.number);
          this.#open.set(channel.number, channel);
        }
        idle = frame === undefined ? idle + 1 : 0;
        if (frame === undefined) continue;
        frames.push(frame);
        size += frame.length;
      }
    }
    return joined(frames, size);
  }

  #openWaiting(): void {
    if (this.#waiting.length === 0) return;
    const commands = [...this.#open.values()].filter(isCommand).length;
    const room = {
      commands: COMMANDS_MOST - commands,
      files: FILES_MOST + commands - this.#open.size,
    };
    const open = this.#waiting.filter(
      (channel) => room[isCommand(channel) ? 'commands' : 'files']-- > 0,
    );
    this.#waiting = this.#waiting.filter((channel) => !open.includes(channel));
    for (const channel of open) {
      do this.#lastNumber = (this.#lastNumber % LAST_NUMBER) + 1;
      while (this.#open.has(this.#lastNumber));
      channel.open(this.#lastNumber);
      this.#open.set(channel.number, channel);
    }
  }

  #silence(): void {
    this.#state = 'silent';
    this.#unsent = new Uint8Array(0);
    this.#reader.search();
  }

  #syncAnew(): void {
    this.#loseOpen('the guest agent was started anew');
    this.#sync();
  }

  #sync(before: Uint8Array = new Uint8Array(0)): void {
    this.#silence();
    this.#state = 'syncing';
    this.#nonce = this.#newNonce(this.#nonce);
    const frame = encodeFrame(ToGuest.SYNC, 0, magicAnd(this.#nonce));
    this.#unsent = joined([before, frame], before.length + frame.length);
    this.#onActivity();
  }

  #greeted(nonce: bigint, version: number): boolean {
    if (version !== VERSION) {
      const message = `the guest agent speaks version ${version} of the protocol, not ${VERSION}`;
      this.#refusal = new AgentError(message);
      this.#silence();
      for (const channel of this.#waiting.splice(0)) channel.lose(this.#refusal);
      this.#loseOpen(message);
      return false;
    }
    this.#refusal = undefined;
    if (nonce === 0n) {
      this.#syncAnew();
      return false;
    }
    if (nonce !== this.#nonce) return this.ready;
    if (this.#state !== 'syncing') return this.ready;
    this.#state = 'ready';
    this.#onReady();
    this.#onActivity();
    return true;
  }

  #take({ type, channel: number, payload }: Frame): void {
    const channel = this.#open.get(number);
    // It may have been lost since.
    if (channel === undefined) return;
    const word = payload.length >= 4 ? wordAt(payload, 0) : 0;
    if (type === ToHost.EXIT || type === ToHost.FAILED) {
      if (type === ToHost.EXIT && word > LAST_STATUS) {
        this.#broken(`it told an exit status of ${word}`);
        return;
      }
      this.#open.delete(number);
      if (type === ToHost.EXIT) channel.finish({ kind: 'exit', status: word });
      else channel.finish({ kind: 'failed', errno: word, step: wordAt(payload, 4) });
      this.#onActivity();
      return;
    }
    const wrong = channel.receive(type, payload, word);
    if (wrong !== undefined) this.#broken(wrong);
  }

  #broken(reason: string): void {
    this.#loseOpen(`the guest agent broke its protocol: ${reason}`);
    this.#sync(new Uint8Array(FRAME_MOST));
  }

  #loseOpen(message: string): void {
    const lost = [...this.#open.values()];
    this.#open.clear();
    for (const channel of lost) channel.lose(new AgentError(message));
  }
}

function isCommand(channel: Channel): boolean {
  return channel.opening.kind === Kind.COMMAND;
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  if (pieces.length === 1 && pieces[0] !== undefined) return pieces[0];
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function randomNonce(): bigint {
  const [low = 0, high = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (BigInt(high) << 32n) | BigInt(low) | 1n;
}
