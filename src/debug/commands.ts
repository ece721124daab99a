import type { Debugger } from '../vm/debugger.js';
import type { ClientPoints } from './client-points.js';
import { bytesOf, countOf, hexOf, numberOf } from './hex.js';
import { describeHart, monitor } from './monitor.js';
import { LONGEST_PACKET } from './packet.js';
import { describeTarget, readAll, readOne, writeAll, writeOne } from './registers.js';
import { parseActions } from './resume-action.js';
import { threadOf } from './stop-reply.js';
import type { AddressNames } from './symbol-address.js';
import { TRANSLATES } from './translate-words.js';

/** What is to follow from a packet. */
export type Answer =
  | { readonly kind: 'reply'; readonly text: string }
  /** What a user is to see. */
  | { readonly kind: 'console'; readonly bytes: Uint8Array }
  /** `QStartNoAckMode`. */
  | { readonly kind: 'quiet' }
  /** `?`. */
  | { readonly kind: 'why' }
  /** All harts, or those. */
  | { readonly kind: 'continue'; readonly harts?: readonly number[] }
  | { readonly kind: 'step'; readonly hart: number }
  | { readonly kind: 'detach' }
  | { readonly kind: 'kill'; readonly acknowledged: boolean };

const reply = (text: string): Answer => ({ kind: 'reply', text });
const OK = reply('OK');
/** The packet is not known (GDB's manual, "Overview"). */
const UNKNOWN = reply('');
const MALFORMED = reply('E16');
/** EFAULT. */
const NO_MEMORY = reply('E0e');
/** Bytes that a reply has room for, two digits each. */
const MOST_BYTES = LONGEST_PACKET / 2;
const FEATURES = [
  `PacketSize=${LONGEST_PACKET.toString(16)}`,
  ...['QStartNoAckMode+', 'vContSupported+', 'qXfer:features:read+', 'swbreak+', 'hwbreak+'],
  TRANSLATES,
].join(';');

/** Executes packets that do not let the VM go on; for those that do it says so. */
export class Commands {
  readonly #debugger: Debugger;
  readonly #points: ClientPoints;
  readonly #symbols: AddressNames;
  /** The hart that registers and addresses are of (`Hg`), and the one that `s` steps (`Hc`). */
  #hart = 0;
  #stepped: number | undefined;

  constructor(target: Debugger, points: ClientPoints, symbols: AddressNames = new Map()) {
    this.#debugger = target;
    this.#symbols = symbols;
    this.#points = points;
  }

  /** The VM stopped because of this hart. */
  select(hart: number): void {
    this.#hart = hart;
    this.#stepped = undefined;
  }

  /** @throws HartwoodError for what cannot be done. */
  async execute(text: string): Promise<Answer> {
    const rest = text.slice(1);
    switch (text[0]) {
      case '?':
        return { kind: 'why' };
      case 'g':
        return reply(await readAll(this.#debugger, this.#hart));
      case 'G':
        return (await writeAll(this.#debugger, this.#hart, rest)) ? OK : MALFORMED;
      case 'p': {
        const value = await readOne(this.#debugger, this.#hart, countOf(rest));
        return value === undefined ? MALFORMED : reply(value);
      }
      case 'P': {
        const [number, value = ''] = rest.split('=');
        return (await writeOne(this.#debugger, this.#hart, countOf(number), value))
          ? OK
          : MALFORMED;
      }
      case 'm':
        return this.#readMemory(rest);
      case 'M':
      case 'X':
        return this.#writeMemory(rest, text[0] === 'M');
      case 'Z':
      case 'z':
        return this.#changePoint(rest, text[0] === 'Z');
      case 'H':
        return this.#selectThread(rest);
      case 'T':
        return this.#hartOf(rest) === undefined ? reply('E01') : OK;
      case 'c':
      case 's':
        return this.#resumeAt(text[0], rest);
      case 'C':
      case 'S':
        return this.#resumeAt(text[0].toLowerCase(), rest.split(';')[1] ?? '');
      case 'D':
        return { kind: 'detach' };
      case 'k':
        return { kind: 'kill', acknowledged: false };
      case 'v':
        return this.#executeLong(text);
      case 'q':
      case 'Q':
        return this.#query(text);
      default:
        return UNKNOWN;
    }
  }

  async #readMemory(text: string): Promise<Answer> {
    const [address, length] = rangeOf(text) ?? [];
    if (address === undefined || length === undefined) return MALFORMED;
    const count = Math.min(length, MOST_BYTES);
    const bytes = await this.#debugger.readMemory(this.#hart, address, count);
    return bytes.length === 0 && count > 0 ? NO_MEMORY : reply(hexOf(bytes));
  }

  async #writeMemory(text: string, hex: boolean): Promise<Answer> {
    const colon = text.indexOf(':');
    const [address, length] = rangeOf(text.slice(0, Math.max(colon, 0))) ?? [];
    const data = text.slice(colon + 1);
    const bytes = hex ? bytesOf(data) : Uint8Array.from(data, (mark) => mark.charCodeAt(0));
    if (address === undefined || bytes === undefined || bytes.length !== length) return MALFORMED;
    await this.#debugger.writeMemory(this.#hart, address, bytes);
    return OK;
  }

  async #changePoint(text: string, set: boolean): Promise<Answer> {
    const [type = '', ...range] = text.split(/[,;]/);
    const [address, length] = rangeOf(range.slice(0, 2).join(',')) ?? [];
    if (address === undefined || length === undefined || !/^\d$/.test(type)) return MALFORMED;
    const known = set
      ? await this.#points.set(Number(type), address, length)
      : await this.#points.clear(Number(type), address, length);
    return known ? OK : UNKNOWN;
  }

  /** A thread's hart; `undefined` if there is none such. */
  #hartOf(thread: string): number | undefined {
    const number = countOf(thread);
    return number !== undefined && number >= 1 && number <= this.#debugger.harts
      ? number - 1
      : undefined;
  }

  #selectThread(text: string): Answer {
    const thread = text.slice(1);
    // 0 is any thread, -1 all of them.
    const any = /^(0+|-1)$/.test(thread);
    const hart = this.#hartOf(thread);
    if (!any && hart === undefined) return reply('E01');
    if (text[0] === 'c') this.#stepped = hart;
    else if (text[0] === 'g') this.#hart = hart ?? this.#hart;
    else return UNKNOWN;
    return OK;
  }

  async #resumeAt(letter: string, address: string): Promise<Answer> {
    const hart = this.#stepped ?? this.#hart;
    if (address !== '') {
      const pc = numberOf(address);
      if (pc === undefined) return MALFORMED;
      await this.#debugger.writeRegister(hart, 'pc', pc);
    }
    return letter === 's' ? { kind: 'step', hart } : { kind: 'continue' };
  }

  #executeLong(text: string): Answer {
    if (text === 'vCont?') return reply('vCont;c;C;s;S;t');
    if (/^vKill(;|$)/.test(text)) return { kind: 'kill', acknowledged: true };
    if (!text.startsWith('vCont;')) return UNKNOWN;
    const action = parseActions(text.slice('vCont;'.length));
    if (action === undefined) return MALFORMED;
    // A VM that takes packets stands already.
    if (action.kind === 'stop') return OK;
    const named = action.kind === 'step' ? action.thread : action.threads;
    // Thread 0 is any.
    const threads = [named ?? []].flat().filter((thread) => thread !== 0);
    const harts = threads.map((thread) => this.#hartOf(thread.toString(16)));
    if (harts.includes(undefined)) return reply('E01');
    const known = harts.filter((hart) => hart !== undefined);
    if (action.kind === 'step') return { kind: 'step', hart: known[0] ?? this.#hart };
    return known.length === 0 ? { kind: 'continue' } : { kind: 'continue', harts: known };
  }

  async #query(text: string): Promise<Answer> {
    const [name = '', argument = ''] = splitAt(text, /[:,]/);
    switch (name) {
      case 'qSupported':
        this.#points.namesBreakpoints = /hwbreak\+/.test(argument);
        return reply(FEATURES);
      case 'QStartNoAckMode':
        return { kind: 'quiet' };
      case 'qXfer':
        return this.#transfer(argument);
      case 'qC':
        return reply(`QC${threadOf(this.#hart)}`);
      case 'qfThreadInfo':
        return reply(`m${Array.from({ length: this.#debugger.harts }, (_, n) => threadOf(n))}`);
      case 'qsThreadInfo':
        return reply('l');
      case 'qThreadExtraInfo': {
        const hart = this.#hartOf(argument);
        if (hart === undefined) return reply('E01');
        return reply(hexOfText(`hart ${hart}, ${await describeHart(this.#debugger, hart)}`));
      }
      case 'qAttached':
        return reply('1');
      case 'qSymbol':
        return OK;
      case 'qRcmd': {
        const command = bytesOf(argument);
        if (command === undefined) return MALFORMED;
        const line = new TextDecoder().decode(command);
        const text = await monitor(this.#debugger, this.#symbols, this.#hart, line);
        return { kind: 'console', bytes: new TextEncoder().encode(text) };
      }
      default:
        return UNKNOWN;
    }
  }

  /** `features:read:target.xml:OFFSET,LENGTH`. */
  async #transfer(text: string): Promise<Answer> {
    const [object, verb, annex, range = ''] = text.split(':');
    if (object !== 'features' || verb !== 'read') return UNKNOWN;
    if (annex !== 'target.xml') return reply('E00');
    const [offset, length] = range.split(',').map(countOf);
    if (offset === undefined || length === undefined) return MALFORMED;
    const xml = await describeTarget(this.#debugger);
    const part = xml.slice(offset, offset + Math.min(length, MOST_BYTES));
    return reply(`${offset + part.length < xml.length ? 'm' : 'l'}${part}`);
  }
}

/** `ADDRESS,LENGTH`. */
function rangeOf(text: string): readonly [bigint, number] | undefined {
  const [first, second, more] = text.split(',');
  const [address, length] = [numberOf(first), countOf(second)];
  if (address === undefined || length === undefined || more !== undefined) return undefined;
  return [address, length];
}

function splitAt(text: string, separator: RegExp): readonly [string, string] {
  const at = text.search(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

const hexOfText = (text: string) => hexOf(new TextEncoder().encode(text));
