/**
 * The few APIs that Node and browsers share and that neutral code may use. What is not declared here
 * belongs into `src/node/` or `src/browser/`, behind an interface.
 */

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array | ArrayBuffer, options?: { stream?: boolean }): string;
}

declare function atob(text: string): string;
declare function btoa(text: string): string;

interface Crypto {
  getRandomValues<T extends Uint8Array | Uint32Array>(array: T): T;
  readonly subtle: {
    digest(algorithm: string, data: Uint8Array | ArrayBuffer): Promise<ArrayBuffer>;
  };
}
declare const crypto: Crypto;

interface Performance {
  /** Milliseconds of a clock that never runs backwards. */
  now(): number;
}
declare const performance: Performance;

declare function setTimeout(callback: () => void, milliseconds?: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function structuredClone<T>(value: T): T;
declare function queueMicrotask(callback: () => void): void;

interface AbortSignalListener {
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
interface AbortSignal extends AbortSignalListener {
  readonly aborted: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: as the platforms' own types declare it
  readonly reason: any;
  throwIfAborted(): void;
}
declare const AbortSignal: {
  timeout(milliseconds: number): AbortSignal;
  abort(reason?: unknown): AbortSignal;
  any(signals: AbortSignal[]): AbortSignal;
};
interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare const AbortController: new () => AbortController;

interface QueuingStrategy<T> {
  highWaterMark?: number;
  size?: (chunk: T) => number;
}
interface ReadableStreamDefaultController<T> {
  readonly desiredSize: number | null;
  enqueue(chunk: T): void;
  close(): void;
  error(reason?: unknown): void;
}
interface UnderlyingDefaultSource<T> {
  start?: (controller: ReadableStreamDefaultController<T>) => void | PromiseLike<void>;
  pull?: (controller: ReadableStreamDefaultController<T>) => void | PromiseLike<void>;
  cancel?: (reason?: unknown) => void | PromiseLike<void>;
}
interface ReadableStreamDefaultReader<T> {
  read(): Promise<{ done: false; value: T } | { done: true; value?: T | undefined }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
interface ReadableStream<T> {
  readonly locked: boolean;
  getReader(): ReadableStreamDefaultReader<T>;
  cancel(reason?: unknown): Promise<void>;
  pipeTo(destination: WritableStream<T>, options?: object): Promise<void>;
  pipeThrough<U>(
    transform: { readable: ReadableStream<U>; writable: WritableStream<T> },
    options?: object,
  ): ReadableStream<U>;
  tee(): [ReadableStream<T>, ReadableStream<T>];
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
}
declare const ReadableStream: new <T>(
  source?: UnderlyingDefaultSource<T>,
  strategy?: QueuingStrategy<T>,
) => ReadableStream<T>;

interface WritableStreamDefaultController {
  error(reason?: unknown): void;
}
interface UnderlyingSink<T> {
  start?: (controller: WritableStreamDefaultController) => void | PromiseLike<void>;
  write?: (chunk: T, controller: WritableStreamDefaultController) => void | PromiseLike<void>;
  close?: () => void | PromiseLike<void>;
  abort?: (reason?: unknown) => void | PromiseLike<void>;
}
interface WritableStreamDefaultWriter<T> {
  readonly ready: Promise<unknown>;
  readonly closed: Promise<unknown>;
  write(chunk: T): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
interface WritableStream<T> {
  readonly locked: boolean;
  getWriter(): WritableStreamDefaultWriter<T>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}
declare const WritableStream: new <T>(
  sink?: UnderlyingSink<T>,
  strategy?: QueuingStrategy<T>,
) => WritableStream<T>;

declare class DecompressionStream {
  constructor(format: 'deflate' | 'deflate-raw' | 'gzip');
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

declare class URL {
  constructor(url: string, base?: string | URL);
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly hostname: string;
  pathname: string;
  toString(): string;
}

interface Headers {
  get(name: string): string | null;
}
interface Response {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
  text(): Promise<string>;
}
declare function fetch(
  url: string | URL,
  options?: { headers?: Record<string, string>; signal?: AbortSignal; redirect?: 'follow' },
): Promise<Response>;
