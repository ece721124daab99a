import type { ReportProgress } from './image.js';

/** A file that is known by its hash, and where it may be had. */
export interface ContentSource {
  /** In hexadecimal, lower case. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Tried in this order. */
  readonly urls: readonly [string, ...string[]];
  /** What to call it in messages. */
  readonly what: string;
}

export interface TransferOptions {
  readonly progress?: ReportProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Files kept by the hash of their content. */
export interface ContentCache {
  /**
   * Sees to it that the content is in the cache: downloads it unless it is there, going on where an
   * earlier attempt broke off.
   *
   * @throws GuestError (`guest-network`, `guest-corrupt`, `guest-disk`), or the signal's reason. What
   * had arrived is kept for the next attempt, unless its hash was wrong.
   */
  fetch(source: ContentSource, options?: TransferOptions): Promise<void>;

  /** The content of a hash that `fetch` has seen to, whose size must be as it said. */
  read(source: ContentSource): Promise<ReadableStream<Uint8Array>>;
}
