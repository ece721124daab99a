import { GuestError } from './errors.js';

/** A mirror that sends nothing for so long (milliseconds) is given up. */
const PATIENCE = 30_000;

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** First byte wanted; default 0. */
  readonly from?: number;
  /** Milliseconds without data after which to give up. */
  readonly patience?: number;
}

/** An answer whose body is about to arrive. */
export interface Download {
  /** Where in the file the first chunk belongs: what was asked for, or 0 if the server cannot resume. */
  readonly start: number;
  /** @throws GuestError `guest-network` when the connection breaks, or the signal's reason */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Requests a file over HTTP. The chunks must be read to their end, or left by `break`, `return` or
 * `throw`, for the connection to be freed.
 *
 * @throws GuestError `guest-network` naming URL and cause; the signal's reason when it aborts
 */
export async function startDownload(url: string, options: RequestOptions = {}): Promise<Download> {
  const { signal, from = 0, patience = PATIENCE } = options;
  signal?.throwIfAborted();
  const silence = new AbortController();
  let timer: unknown;
  const rearm = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const message = `${url}: no data for ${patience / 1000} s`;
      silence.abort(new GuestError('guest-network', message));
    }, patience);
  };
  const either = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  const failed = (cause: unknown): unknown => {
    if (either.aborted) return either.reason;
    return new GuestError('guest-network', `${url}: ${reasonOf(cause)}`, { cause });
  };

  rearm();
  let response: Response;
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (from > 0) headers.range = `bytes=${from}-`;
    response = await fetch(url, { headers, signal: either });
  } catch (cause) {
    clearTimeout(timer);
    throw failed(cause);
  }
  const start = response.status === 206 ? rangeStart(response) : 0;
  if (!response.ok || response.body === null || (start !== from && start !== 0)) {
    clearTimeout(timer);
    await response.body?.cancel();
    throw new GuestError(
      'guest-network',
      `${url}: the server answered ${response.status} ${response.statusText}`.trimEnd(),
    );
  }

  const body = response.body;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        // What takes the chunk may be slow; that is no silence of the server's.
        clearTimeout(timer);
        yield chunk;
        rearm();
      }
    } catch (cause) {
      throw failed(cause);
    } finally {
      clearTimeout(timer);
    }
  }
  return { start, chunks: chunks() };
}

/**
 * A small file in one piece; tried twice.
 *
 * @throws GuestError `guest-network`, also if it is longer than `limit` bytes
 */
export async function downloadBytes(
  url: string,
  limit: number,
  options: RequestOptions = {},
): Promise<Uint8Array> {
  try {
    return await downloadOnce(url, limit, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof GuestError)) throw error;
    return await downloadOnce(url, limit, options);
  }
}

async function downloadOnce(
  url: string,
  limit: number,
  options: RequestOptions,
): Promise<Uint8Array> {
  const { chunks } = await startDownload(url, options);
  const bytes = new Uint8Array(limit);
  let length = 0;
  for await (const chunk of chunks) {
    if (length + chunk.length > limit) {
      throw new GuestError('guest-network', `${url}: more than the ${limit} bytes expected`);
    }
    bytes.set(chunk, length);
    length += chunk.length;
  }
  return bytes.slice(0, length);
}

/** Where a partial answer begins (RFC 9110, 14.4); -1 if it does not say. */
function rangeStart(response: Response): number {
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return range === null ? -1 : Number(range[1]);
}

/** Node wraps what went wrong into "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
