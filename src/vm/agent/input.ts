import type { Channel } from './channel.js';

/** What a command or a file is given: text as UTF-8, bytes, or a stream of bytes. */
export type Input = string | Uint8Array | ReadableStream<Uint8Array>;

/**
 * Sends input on a channel, a stream as fast as the guest takes it, and its end. Returns how to stop.
 *
 * @param fail told what a stream failed with, after which no end is sent
 */
export function feed(channel: Channel, input: Input, fail: (error: unknown) => void): () => void {
  if (typeof input === 'string' || input instanceof Uint8Array) {
    // Not a copy: whoever changes bytes while they are being sent gets what he asks for.
    void channel.write(typeof input === 'string' ? new TextEncoder().encode(input) : input);
    channel.end();
    return () => {};
  }
  const reader = input.getReader();
  let stopped = false;
  const pump = async () => {
    while (!stopped) {
      const { done, value } = await reader.read();
      if (done) break;
      await channel.write(value);
    }
    channel.end();
  };
  pump().catch(fail);
  return () => {
    if (stopped) return;
    stopped = true;
    // A stream that cannot be cancelled is of no concern to the command.
    reader.cancel().catch(() => {});
  };
}
