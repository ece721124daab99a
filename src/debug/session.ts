import { HartwoodError } from '../core/errors.js';
import type { Debugger } from '../vm/debugger.js';
import type { DebugStop } from '../vm/hold.js';
import type { StopReason } from '../vm/stop-reason.js';
import { ClientPoints } from './client-points.js';
import { Commands } from './commands.js';
import { PacketReader, packetOf, type Sent } from './packet.js';
import { endReply, stopReply } from './stop-reply.js';

/** What a session needs of a VM. */
export interface DebugTarget {
  readonly debugger: Debugger;
  readonly stopped: Promise<StopReason>;
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
 *             closed: its breakpoints are gone, and the VM goes on
 * ```
 * What is no packet, is damaged or is not understood is answered as the protocol has it (`-`, an
 * error, an empty reply); nothing that a client sends harms more than the guest.
 */
export class GdbSession {
  readonly #target: DebugTarget;
  readonly #send: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly #reader = new PacketReader();
  readonly #points: ClientPoints;
  readonly #commands: Commands;
  readonly #unlisten: () => void;
  #acknowledges = true;
  #lastSent: Uint8Array<ArrayBuffer> | undefined;
  /** The client waits for the VM to stop. */
  #going = false;
  #lastStop: DebugStop = { kind: 'paused', hart: 0 };
  #end: StopReason | undefined;
  #closed = false;

  private constructor(target: DebugTarget, send: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#target = target;
    this.#send = send;
    this.#points = new ClientPoints(target.debugger);
    this.#commands = new Commands(target.debugger, this.#points);
    this.#unlisten = target.debugger.onStop((stop) => this.#stopped(stop));
    void target.stopped.then((reason) => this.#ended(reason));
  }

  /** Pauses the VM for a client that has connected; `send` takes what it is answered. */
  static async open(
    target: DebugTarget,
    send: (bytes: Uint8Array<ArrayBuffer>) => void,
  ): Promise<GdbSession> {
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
    }
  }

  /** The client is gone: removes what it has set and lets the VM go on. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#unlisten();
    // A VM that was freed meanwhile has no breakpoints left.
    await this.#target.debugger.clearAll().catch(() => {});
    await this.#target.debugger.resume();
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
      await this.#target.debugger.pause();
    }
  }

  #reply(text: string): void {
    this.#lastSent = packetOf(text);
    this.#send(this.#lastSent);
  }

  async #answer(text: string): Promise<void> {
    try {
      const answer = await this.#commands.execute(text);
      switch (answer.kind) {
        case 'reply':
          this.#reply(answer.text);
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
          await this.close();
          break;
        default:
          if (answer.acknowledged) this.#reply('OK');
          await this.close();
          await this.#target.stop();
      }
    } catch (error) {
      if (!(error instanceof HartwoodError)) throw error;
      // One that is not there for a client to see: GDB shows the number only.
      this.#reply('E01');
    }
  }

  /** The client waits from now on; one whose VM has ended is told so at once. */
  #goes(): boolean {
    this.#going = this.#end === undefined;
    if (this.#end !== undefined) this.#reply(endReply(this.#end));
    return this.#going;
  }

  async #step(hart: number): Promise<void> {
    try {
      this.#stopped(await this.#target.debugger.step(hart));
    } catch (error) {
      // The step ended the VM, which is told by itself; else the client is told that it failed.
      if (!(error instanceof HartwoodError) || error.code === 'stopped') return;
      this.#going = false;
      throw error;
    }
  }

  #stopped(stop: DebugStop): void {
    this.#lastStop = stop;
    this.#commands.select(stop.hart);
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
