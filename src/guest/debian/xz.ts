// A CommonJS module: Node finds no named exports in it.
import xz from 'xz-decompress';
import { readAll, streamOf } from '../byte-reader.js';
import { GuestError } from '../errors.js';

/**
 * The unpacked content of an .xz stream. It must be read to its end or cancelled: the library has one
 * decoder at work at a time, and the next stream waits for it.
 */
export function unxz(stream: ReadableStream<Uint8Array>, what: string): ReadableStream<Uint8Array> {
  const packed = stream.getReader();
  let failure: { error: unknown } | undefined;
  const input = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await packed.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        failure = { error };
        throw error;
      }
    },
    cancel: (reason) => packed.cancel(reason),
  });
  const reader = new xz.XzReadableStream(input).getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        if (failure !== undefined) throw failure.error;
        const message = `${what} cannot be unpacked: its xz data is broken or cut short`;
        throw new GuestError('guest-corrupt', message, { cause });
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The same for a file that is in memory. */
export function unxzBytes(bytes: Uint8Array, what: string): Promise<Uint8Array> {
  return readAll(unxz(streamOf(bytes), what));
}
