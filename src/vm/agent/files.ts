import { ConfigurationError } from '../../core/errors.js';
import { Kind, MODE_WANTED, ToHost } from '../../guest/agent/protocol.js';
import type { WaitOptions, Waits } from '../waits.js';
import type { Agent } from './agent.js';
import type { Opening } from './channel.js';
import { Collector } from './collector.js';
import type { GuestCommands } from './commands.js';
import { fileOpening, openFile } from './file-channel.js';
import { type DirectoryEntry, type FileStat, parseEntries, parseStat } from './file-records.js';
import { type Input, InputSource } from './input.js';
import { OutputStream } from './output-stream.js';
import { copyIn, copyOut, type TreeEntry } from './tree.js';

/** How a file is written. */
export interface WriteOptions extends WaitOptions {
  /** Permission bits that the file is to have; else a new one has 0644, and an old one keeps its. */
  readonly mode?: number;
}

/** How a file is told about. */
export interface StatOptions extends WaitOptions {
  /** Whether a symbolic link stands for what it points to. Default true. */
  readonly follow?: boolean;
}

const NEW_FILE = 0o644;
const ALL_BITS = 0o7777;
/** What `read` and `list` take; a stream has no limit. */
const LARGEST = 2 ** 30;

/**
 * Files of the guest, by path, as root. Relative paths begin where the agent was started. The agent
 * opens them itself: no program of the guest is needed, and names may hold anything but zero.
 *
 * Everything throws GuestFileError with the guest's reason, ConfigurationError for what can be no path,
 * VmTimeoutError, VmStoppedError, and AgentError if the agent is lost.
 */
export class Files {
  readonly #agent: Agent;
  readonly #waits: Waits;
  readonly #commands: GuestCommands;

  constructor(agent: Agent, waits: Waits, commands: GuestCommands) {
    this.#agent = agent;
    this.#waits = waits;
    this.#commands = commands;
  }

  /** A file's content, of 1 GiB at most. */
  async read(path: string, options: WaitOptions = {}): Promise<Uint8Array> {
    return this.#collect(fileOpening(Kind.READ, path), 'read', options);
  }

  /** A file's content as a stream, which holds the guest up while it is not read. */
  readStream(path: string, options: WaitOptions = {}): ReadableStream<Uint8Array> {
    const opening = fileOpening(Kind.READ, path);
    const stream = new OutputStream();
    this.#waits
      .until<void>('the file was read', options, (settle) => {
        const { channel, giveUp } = openFile(this.#agent, opening, 'read', {
          output: (bytes) => stream.push(bytes),
          ended: () => settle.resolve(),
          failed: settle.reject,
        });
        stream.onTaken = (bytes) => channel.giveBack(ToHost.STDOUT, bytes);
        stream.onCancel = () => settle.resolve();
        return giveUp;
      })
      .then(
        () => stream.end(),
        (error: unknown) => stream.fail(error),
      );
    return stream.readable;
  }

  /**
   * Writes a file, made anew or emptied first: a stream's first bytes are awaited before that, so that
   * one which cannot be read leaves the file as it is. What was written before a later failure stays.
   * Resolves when the guest's kernel has all of it; whether a disk has, is the guest's affair.
   */
  async write(path: string, content: Input, options: WriteOptions = {}): Promise<void> {
    const { mode } = options;
    if (mode !== undefined && (!Number.isInteger(mode) || mode < 0 || mode > ALL_BITS)) {
      throw new ConfigurationError(`a file's mode is a number from 0 to 0o7777, not ${mode}`);
    }
    const detail = mode === undefined ? NEW_FILE : MODE_WANTED + mode;
    const opening = fileOpening(Kind.WRITE, path, detail);
    return this.#waits.until<void>('the file was written', options, (settle) => {
      const source = new InputSource(content);
      let giveUp: (() => void) | undefined;
      let over = false;
      const open = () => {
        if (over) return;
        const opened = openFile(this.#agent, opening, 'write', {
          output: (_, giveBack) => giveBack(),
          ended: () => settle.resolve(),
          failed: settle.reject,
          inputClosed: () => source.stop(),
        });
        giveUp = opened.giveUp;
        source.feed(opened.channel, settle.reject);
      };
      source.whenReadable(open, settle.reject);
      return () => {
        over = true;
        source.stop();
        giveUp?.();
      };
    });
  }

  /** What is in a folder, by name, without `.` and `..`. */
  async list(path: string, options: WaitOptions = {}): Promise<DirectoryEntry[]> {
    return parseEntries(await this.#collect(fileOpening(Kind.LIST, path), 'list', options));
  }

  /** What the guest knows of a file. */
  async stat(path: string, options: StatOptions = {}): Promise<FileStat> {
    const detail = options.follow === false ? 1 : 0;
    const opening = fileOpening(Kind.STAT, path, detail);
    return parseStat(await this.#collect(opening, 'stat', options));
  }

  /** Where a symbolic link points to. */
  async readLink(path: string, options: WaitOptions = {}): Promise<string> {
    const opening = fileOpening(Kind.READ_LINK, path);
    return new TextDecoder().decode(await this.#collect(opening, 'read the link', options));
  }

  /**
   * Writes a tree of files into a folder, which is made if it is not there. The guest's `tar` does it,
   * and keeps modes and times.
   *
   * @throws AgentError with what `tar` says if the guest cannot write it
   */
  copyIn(
    folder: string,
    entries: Iterable<TreeEntry> | AsyncIterable<TreeEntry>,
    options: WaitOptions = {},
  ): Promise<void> {
    return copyIn(this.#commands, folder, entries, options);
  }

  /**
   * A folder with all that is in it, or one file, as entries whose content streams. Devices, sockets and
   * pipes are left out. Do not follow links made from entries: the guest chose where they lead.
   */
  copyOut(path: string, options: WaitOptions = {}): AsyncGenerator<TreeEntry, void> {
    return copyOut(this.#commands, path, options);
  }

  #collect(opening: Opening, verb: string, options: WaitOptions): Promise<Uint8Array> {
    const content = new Collector();
    return this.#waits.until<Uint8Array>(`the guest could ${verb} the file`, options, (settle) => {
      const { giveUp } = openFile(this.#agent, opening, verb, {
        output: (bytes, giveBack) => {
          content.add(bytes);
          giveBack();
          if (content.length > LARGEST) {
            const [path] = opening.arguments;
            const message = `'${path}' has more than ${LARGEST} bytes; read it as a stream`;
            settle.reject(new ConfigurationError(message));
          }
        },
        ended: () => settle.resolve(content.toBytes()),
        failed: settle.reject,
      });
      return giveUp;
    });
  }
}
