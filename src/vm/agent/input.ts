import { ConfigurationError } from '../../core/errors.js';
import type { Channel } from './channel.js';

/** What a command or a file is given: text as UTF-8, bytes, or a stream of bytes. */
export type Input = string | Uint8Array | ReadableStream<Uint8Array>;

/** An input that is ours to send: taken before anything is opened for it in the guest. */
export class InputSource {
  readonly #bytes: Uint8Array | undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #first: Promise<{ done: boolean; value?: Uint8Array | undefined }> | undefined;
  #stopped = false;

  /** @throws ConfigurationError for a stream that somebody else reads, and for what is no input. */
  constructor(input: Input) {
    if (typeof input === 'string') this.#bytes = new TextEncoder().encode(input);
    else if (input instanceof Uint8Array) this.#bytes = input;
    else if (typeof input?.getReader !== 'function') {
      throw new ConfigurationError(
        `an input is a string, a Uint8Array or a ReadableStream, not ${typeof input}`,
      );
    } else if (input.locked) {
      throw new ConfigurationError(
        'the input is a stream that is locked: somebody else reads it already',
      );
    } else this.#reader = input.getReader();
  }

  /** Calls `go` once the first piece, or the end, is there to be sent; `fail`, if there never is one. */
  whenReadable(go: () => void, fail: (error: unknown) => void): void {
    this.#first = this.#reader?.read();
    if (this.#first === undefined) go();
    else this.#first.then(go).catch(fail);
  }

  /**
   * Sends all of it on a channel, a stream as fast as the guest takes it, and its end.
   *
   * @param fail told what a stream failed with, after which no end is sent
   */
  feed(channel: Channel, fail: (error: unknown) => void): void {
    if (this.#bytes !== undefined) {
      // Not a copy: whoever changes bytes while they are being sent gets what he asks for.
      void channel.write(this.#bytes);
      channel.end();
      return;
    }
    this.#pump(channel).catch(fail);
  }

  async #pump(channel: Channel): Promise<void> {
    while (!this.#stopped && this.#reader !== undefined) {
      const next = this.#first ?? this.#reader.read();
      this.#first = undefined;
      const { done, value } = await next;
      if (done || value === undefined) break;
      await channel.write(value);
    }
    channel.end();
  }

  /** Nobody wants the rest: a stream is cancelled. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    // A stream that cannot be cancelled is of no concern to the command.
    this.#reader?.cancel().catch(() => {});
  }
}
