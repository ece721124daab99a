import { HartwoodError } from '../core/errors.js';
import type { Debugger } from '../vm/debugger.js';
import type { DebugStop } from '../vm/hold.js';
import type { StopReason } from '../vm/stop-reason.js';
import { ClientPoints } from './client-points.js';
import { Commands } from './commands.js';
import { hexOf } from './hex.js';
import { LONGEST_PACKET, PacketReader, packetOf, type Sent } from './packet.js';
import { endReply, stopReply } from './stop-reply.js';
import type { AddressNames } from './symbol-address.js';

/** Takes what a client is to get; returns when there is room for more, if there is none now. */
export type Send = (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | undefined;

/** Bytes of output that a packet has room for, two digits each behind a letter. */
const MOST_OUTPUT = LONGEST_PACKET / 2 - 1;

/** What a session needs of a VM. */
export interface DebugTarget {
  readonly debugger: Debugger;
  readonly stopped: Promise<StopReason>;
  /** Names of addresses, if any are known. */
  readonly symbols?: AddressNames;
  stop(): Promise<StopReason>;
}

/**
 * One GDB client, on any transport that carries bytes: its harts are threads, numbered from 1; all stop
 * when one does.
 *
 * ```
 *   open ──▶ standing ── c, s, vCont ──▶ going ── breakpoint, ^C, end ──▶ standing
 *               │ D, k, close                │ close
 *               ▼                            ▼
 *             closed: what it has set is gone, and the VM goes on if it stands for the client
 * ```
 * What the program that owns the VM has set stays, and so does a VM that it has paused; a client that lets
 * it go, or says goodbye (`D`), ends that pause, too.
 *
 * What is no packet, is damaged or is not understood is answered as the protocol has it (`-`, an
 * error, an empty reply); nothing that a client sends harms more than the guest.
 */
export class GdbSession {
  readonly #target: DebugTarget;
  readonly #send: Send;
  readonly #reader = new PacketReader();
  readonly #points: ClientPoints;
  readonly #commands: Commands;
  readonly #unlisten: () => void;
  /** When there is room for more of what is sent. */
  #room: Promise<void> | undefined;
  #acknowledges = true;
  #lastSent: Uint8Array<ArrayBuffer> | undefined;
  /** The client waits for the VM to stop. */
  #going = false;
  /** The VM stands because others have paused it. */
  #pausedByOthers: boolean;
  /** The client has asked for the stop that comes. */
  #interrupts = false;
  #lastStop: DebugStop = { kind: 'paused', hart: 0 };
  #end: StopReason | undefined;
  #closed = false;

  private constructor(target: DebugTarget, send: Send) {
    this.#target = target;
    this.#pausedByOthers = target.debugger.paused;
    this.#send = (bytes) => {
      const room = send(bytes);
      if (room !== undefined) this.#room = room;
    };
    this.#points = new ClientPoints(target.debugger);
    this.#commands = new Commands(target.debugger, this.#points, target.symbols);
    this.#unlisten = target.debugger.onStop((stop) => this.#stopped(stop));
    void target.stopped.then((reason) => this.#ended(reason));
  }

  /**
   * Pauses the VM for a client that has connected; `send` takes what it is answered, and may return when
   * there is room for more: no further packet is served before.
   */
  static async open(target: DebugTarget, send: Send): Promise<GdbSession> {
    const session = new GdbSession(target, send);
    await target.debugger.pause();
    return session;
  }

  /** Whether the client has said goodbye: the connection is to be closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Takes what the client sent, and answers it; not to be called again before it has resolved. */
  async receive(bytes: Uint8Array): Promise<void> {
    for (const sent of this.#reader.read(bytes)) {
      if (this.#closed) return;
      await this.#take(sent);
      await this.#room;
      this.#room = undefined;
    }
  }

  /** The client is gone: removes what it has set and lets the VM go on, unless others have paused it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#unlisten();
    // A VM that was freed meanwhile has no breakpoints left.
    await this.#points.clearAll().catch(() => {});
    if (!this.#pausedByOthers) await this.#target.debugger.resume();
  }

  async #take(sent: Sent): Promise<void> {
    if (sent.kind === 'packet') {
      if (this.#acknowledges) this.#send(Uint8Array.of(0x2b));
      await this.#answer(sent.text);
    } else if (sent.kind === 'damaged') {
      if (this.#acknowledges) this.#send(Uint8Array.of(0x2d));
    } else if (sent.kind === 'nak') {
      if (this.#acknowledges && this.#lastSent !== undefined) this.#send(this.#lastSent);
    } else if (sent.kind === 'interrupt' && this.#going) {
      this.#interrupts = true;
      await this.#target.debugger.pause();
    }
  }

  #reply(text: string): void {
    this.#lastSent = packetOf(text);
    this.#send(this.#lastSent);
  }

  /** What answers `qRcmd`: one packet, or several of output and the end of it. */
  #print(bytes: Uint8Array): void {
    if (bytes.length <= MOST_OUTPUT) {
      this.#reply(hexOf(bytes));
      return;
    }
    for (let at = 0; at < bytes.length; at += MOST_OUTPUT) {
      this.#send(packetOf(`O${hexOf(bytes.subarray(at, at + MOST_OUTPUT))}`));
    }
    this.#reply('OK');
  }

  async #answer(text: string): Promise<void> {
    try {
      const answer = await this.#commands.execute(text);
      switch (answer.kind) {
        case 'reply':
          this.#reply(answer.text);
          break;
        case 'console':
          this.#print(answer.bytes);
          break;
        case 'quiet':
          this.#acknowledges = false;
          this.#reply('OK');
          break;
        case 'why':
          this.#reply(this.#end ? endReply(this.#end) : stopReply(this.#lastStop, this.#points));
          break;
        case 'continue':
          if (this.#goes()) await this.#target.debugger.resume(answer.harts);
          break;
        case 'step':
          if (this.#goes()) await this.#step(answer.hart);
          break;
        case 'detach':
          this.#reply('OK');
          this.#pausedByOthers = false;
          await this.close();
          break;
        default:
          if (answer.acknowledged) this.#reply('OK');
          await this.close();
          await this.#target.stop();
      }
    } catch (error) {
      // Of ours GDB shows the number only; what else went wrong is nobody's expectation.
      this.#reply(error instanceof HartwoodError ? 'E01' : `E.${describe(error)}`);
    }
  }

  /** The client waits from now on; one whose VM has ended is told so at once. */
  #goes(): boolean {
    this.#going = this.#end === undefined;
    this.#pausedByOthers &&= !this.#going;
    if (this.#end !== undefined) this.#reply(endReply(this.#end));
    return this.#going;
  }

  async #step(hart: number): Promise<void> {
    try {
      this.#stopped(await this.#target.debugger.step(hart));
    } catch (error) {
      // The step ended the VM, which is told by itself; else the client is told that it failed.
      if (error instanceof HartwoodError && error.code === 'stopped') return;
      this.#going = false;
      throw error;
    }
  }

  #stopped(stop: DebugStop): void {
    this.#lastStop = stop;
    this.#commands.select(stop.hart);
    if (stop.kind === 'paused' && this.#going && !this.#interrupts) this.#pausedByOthers = true;
    this.#interrupts = false;
    if (!this.#going) return;
    this.#going = false;
    this.#reply(stopReply(stop, this.#points));
  }

  #ended(reason: StopReason): void {
    this.#end = reason;
    if (!this.#going || this.#closed) return;
    this.#going = false;
    this.#reply(endReply(reason));
  }
}

/** An error's message as a packet holds it: characters of one byte. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/[^ -~]/g, '?');
}
