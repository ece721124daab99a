import { AgentError } from '../core/errors.js';
import type { Settle } from './waits.js';

/** What a command left. */
export interface ExecResult {
  /** Exit status; 128+n after signal n. */
  readonly status: number;
  /** Output as text (UTF-8; what is none becomes U+FFFD). */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Uint8Array;
  readonly stderrBytes: Uint8Array;
}

const GREETING = 'HARTWOOD-AGENT 1';
/** A header line is short; what is longer is no line of the agent's. */
const LONGEST_LINE = 4096;
/** More does not become text in every JavaScript engine. */
const LONGEST_OUTPUT = 2 ** 28;
/** More than a guest could spool: a larger figure is no figure of the agent's. */
const LARGEST_FIGURE = 2 ** 32;
const LF = 10;

interface Command {
  readonly id: string;
  readonly settle: Settle<ExecResult>;
}

/**
 * The host's end of the guest agent's protocol (src/guest/initramfs/agent-script.ts has its
 * definition): commands go out as lines, answers come back as a line and raw bytes.
 *
 * ```
 *              greeting                 header          all bytes
 *   silent ──────────────▶ lines ─────────────▶ payload ─────────▶ lines
 *                            ▲ │ greeting: commands under way are lost
 *                            └─┘
 * ```
 */
export class Agent {
  /** Whether the agent has greeted. */
  ready = false;
  readonly #onReady: () => void;
  readonly #onActivity: () => void;
  readonly #running = new Map<string, Command>();
  #outgoing: { id: string; bytes: Uint8Array; begun: boolean }[] = [];
  #next = 1;
  #line: number[] = [];
  /** Bytes of an answer that nobody waits for, still to come. */
  #unwanted = 0;
  #payload: { header: Header; bytes: Uint8Array; filled: number } | undefined;

  constructor(onReady: () => void, onActivity: () => void) {
    this.#onReady = onReady;
    this.#onActivity = onActivity;
  }

  /**
   * Sends a command as soon as the agent listens; `settle` gets its result. Returns how to forget it:
   * unsent it is not sent, else its answer is dropped.
   */
  run(command: string, settle: Settle<ExecResult>): () => void {
    const id = String(this.#next++);
    const line = `${id} ${base64(new TextEncoder().encode(command))}\n`;
    this.#running.set(id, { id, settle });
    this.#outgoing.push({ id, bytes: new TextEncoder().encode(line), begun: false });
    this.#onActivity();
    return () => {
      this.#running.delete(id);
      // A line that is half sent must go out whole.
      this.#outgoing = this.#outgoing.filter((entry) => entry.begun || entry.id !== id);
    };
  }

  /** Offers what is to be sent to `give`, which says how many bytes it took. */
  type(give: (bytes: Uint8Array) => number): void {
    while (this.ready) {
      const entry = this.#outgoing[0];
      if (entry === undefined) return;
      const taken = give(entry.bytes);
      entry.begun ||= taken > 0;
      entry.bytes = entry.bytes.subarray(taken);
      if (entry.bytes.length > 0) return;
      this.#outgoing.shift();
    }
  }

  /** The guest rebooted: what ran is lost, and the agent must greet again. */
  reset(): void {
    this.ready = false;
    this.#line = [];
    this.#payload = undefined;
    this.#unwanted = 0;
    this.#outgoing = [];
    this.#failAll('the guest rebooted before the command ended');
  }

  /** Takes over what the agent has sent. */
  receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#unwanted > 0) {
        const skipped = Math.min(this.#unwanted, bytes.length - at);
        this.#unwanted -= skipped;
        at += skipped;
        continue;
      }
      const payload = this.#payload;
      if (payload !== undefined) {
        const piece = bytes.subarray(at, at + payload.bytes.length - payload.filled);
        payload.bytes.set(piece, payload.filled);
        payload.filled += piece.length;
        at += piece.length;
        if (payload.filled === payload.bytes.length) this.#answer(payload.header, payload.bytes);
        continue;
      }
      const byte = bytes[at++] ?? LF;
      if (byte !== LF) {
        if (this.#line.length < LONGEST_LINE) this.#line.push(byte);
        continue;
      }
      const line = new TextDecoder().decode(Uint8Array.from(this.#line));
      this.#line = [];
      this.#take(line);
    }
  }

  #take(line: string): void {
    if (line === GREETING) {
      // Unsent commands go to the new agent; what the old one had is lost.
      const unsent = new Set(this.#outgoing.map((entry) => entry.id));
      if (this.ready) this.#failAll('the guest agent was started anew', unsent);
      this.ready = true;
      this.#onReady();
      return;
    }
    const refusal = /^(\S+) error (.*)$/.exec(line);
    if (refusal !== null) {
      const [, id = '', message] = refusal;
      this.#running.get(id)?.settle.reject(new AgentError(`the guest agent: ${message}`));
      return;
    }
    const header = parseHeader(line);
    if (header === undefined) return;
    const size = header.stdout + header.stderr;
    const command = this.#running.get(header.id);
    if (command === undefined || size > LONGEST_OUTPUT) {
      // No buffer for what a guest only claims.
      this.#unwanted = size;
      const most = `exec takes ${LONGEST_OUTPUT} at most`;
      command?.settle.reject(new AgentError(`the command's output has ${size} bytes; ${most}`));
      return;
    }
    if (size === 0) this.#answer(header, new Uint8Array(0));
    else this.#payload = { header, bytes: new Uint8Array(size), filled: 0 };
  }

  #answer(header: Header, bytes: Uint8Array): void {
    this.#payload = undefined;
    const command = this.#running.get(header.id);
    if (command === undefined) return;
    const stdoutBytes = bytes.subarray(0, header.stdout);
    const stderrBytes = bytes.subarray(header.stdout);
    const decoder = new TextDecoder();
    command.settle.resolve({
      status: header.status,
      stdout: decoder.decode(stdoutBytes),
      stderr: decoder.decode(stderrBytes),
      stdoutBytes,
      stderrBytes,
    });
  }

  #failAll(message: string, except: ReadonlySet<string> = new Set()): void {
    for (const command of [...this.#running.values()]) {
      if (!except.has(command.id)) command.settle.reject(new AgentError(message));
    }
  }
}

interface Header {
  readonly id: string;
  readonly status: number;
  readonly stdout: number;
  readonly stderr: number;
}

function parseHeader(line: string): Header | undefined {
  const [, id, ...figures] = /^(\S+) (\d+) (\d+) (\d+)$/.exec(line) ?? [];
  const [status = 0, stdout = 0, stderr = 0] = figures.map(Number);
  if (id === undefined || stdout + stderr > LARGEST_FIGURE) return undefined;
  return { id, status, stdout, stderr };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
