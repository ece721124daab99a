import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { ContentCache, ContentSource, TransferOptions } from '../guest/content-cache.js';
import { GuestError } from '../guest/errors.js';
import { startDownload } from '../guest/http.js';
import { cacheDirectory } from './cache-directory.js';
import { type OpenFile, PartialFile, removeFile } from './partial-file.js';

/** Attempts in a row that bring nothing before a download is given up. */
const FRUITLESS_ATTEMPTS = 2;

export interface FileCacheOptions {
  /** Milliseconds without data after which a server is given up. */
  readonly patience?: number;
  /** Opens the files that are written. */
  readonly openFile?: OpenFile;
}

/**
 * A cache of files on disk, which several processes may use at once.
 *
 * ```
 * <root>/sha256/<hash>                     content; complete, checked, never changed
 * <root>/partial/<hash>.<host>.<pid>.part  a download under way, or broken off
 * <root>/refs/<name>                       short texts that name contents
 * ```
 * What is in `sha256` and `refs` appeared there by write, fsync, rename.
 */
export class FileCache implements ContentCache {
  readonly root: string;
  readonly #options: FileCacheOptions;
  readonly #underway = new Map<string, Promise<void>>();

  /** @param root the cache's folder; made when it is needed */
  constructor(root = cacheDirectory(), options: FileCacheOptions = {}) {
    this.root = root;
    this.#options = options;
  }

  async fetch(source: ContentSource, options: TransferOptions = {}): Promise<void> {
    const { sha256 } = source;
    // A partial file serves one download at a time. The one before may have been another caller's to
    // abort, so look again.
    for (;;) {
      const other = this.#underway.get(sha256);
      if (other === undefined) break;
      await other.catch(() => undefined);
      options.signal?.throwIfAborted();
    }
    const task = this.#guarded(() => this.#fetch(source, options));
    this.#underway.set(sha256, task);
    try {
      await task;
    } finally {
      this.#underway.delete(sha256);
    }
  }

  async read(source: ContentSource): Promise<ReadableStream<Uint8Array>> {
    const { sha256, what } = source;
    if (!(await this.#has(source))) {
      throw new GuestError('guest-corrupt', `${what} vanished from the cache ${this.root}`);
    }
    const file = createReadStream(this.#contentPath(sha256), { highWaterMark: 2 ** 18 });
    return Readable.toWeb(file) as ReadableStream<Uint8Array>;
  }

  /** Content in one piece; undefined if the cache has none, or a damaged one, which is removed. */
  async load(sha256: string): Promise<Uint8Array | undefined> {
    const path = this.#contentPath(sha256);
    const content = await this.#guarded(() => readAtOnce(path).catch(absent));
    if (content === undefined) return undefined;
    if (createHash('sha256').update(content).digest('hex') === sha256) return content;
    await removeFile(path);
    return undefined;
  }

  /** Keeps content, and returns its hash in hexadecimal. */
  async put(content: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(content).digest('hex');
    await this.#guarded(() => this.#write('sha256', sha256, content));
    return sha256;
  }

  /** A short text by name; undefined if there is none. */
  async ref(name: string): Promise<string | undefined> {
    return await this.#guarded(() => readFile(join(this.root, 'refs', name), 'utf8').catch(absent));
  }

  async setRef(name: string, text: string): Promise<void> {
    await this.#guarded(() => this.#write('refs', name, new TextEncoder().encode(text)));
  }

  async #fetch(source: ContentSource, options: TransferOptions): Promise<void> {
    if (await this.#has(source)) return;
    const [folder] = await Promise.all([this.#folder('partial'), this.#folder('sha256')]);
    const partial = await PartialFile.open(folder, source.sha256, this.#options.openFile);
    let finished = false;
    try {
      await this.#complete(partial, source, options);
      finished = true;
    } catch (error) {
      if (error instanceof GuestError && error.code === 'guest-corrupt') {
        await removeFile(partial.path);
      }
      throw error;
    } finally {
      if (!finished) await partial.close();
    }
    await partial.finish(this.#contentPath(source.sha256));
  }

  /** Downloads until the content is there and right. */
  async #complete(
    partial: PartialFile,
    source: ContentSource,
    options: TransferOptions,
  ): Promise<void> {
    const resumed = partial.length > 0;
    await this.#download(partial, source, options);
    if (partial.digest() === source.sha256) return;
    if (resumed) {
      // The bytes of old may be the wrong ones.
      await partial.clear();
      await this.#download(partial, source, options);
      if (partial.digest() === source.sha256) return;
    }
    const message = `${source.what}: what ${source.urls[0]} sends has not the hash that the index says`;
    throw new GuestError('guest-corrupt', `${message} (SHA-256 ${source.sha256})`);
  }

  async #download(
    partial: PartialFile,
    source: ContentSource,
    options: TransferOptions,
  ): Promise<void> {
    let fruitless = 0;
    while (partial.length < source.size) {
      const before = partial.length;
      try {
        await this.#downloadFromAny(partial, source, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!(error instanceof GuestError) || error.code !== 'guest-network') throw error;
        fruitless = partial.length > before ? 1 : fruitless + 1;
        if (fruitless >= FRUITLESS_ATTEMPTS) throw error;
      }
    }
  }

  async #downloadFromAny(
    partial: PartialFile,
    source: ContentSource,
    options: TransferOptions,
  ): Promise<void> {
    let failure: unknown;
    for (const url of source.urls) {
      try {
        await this.#downloadFrom(url, partial, source, options);
        return;
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!(error instanceof GuestError) || error.code !== 'guest-network') throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  async #downloadFrom(
    url: string,
    partial: PartialFile,
    { size, what }: ContentSource,
    { signal, progress }: TransferOptions,
  ): Promise<void> {
    const { patience } = this.#options;
    const from = partial.length;
    const request = patience === undefined ? { signal, from } : { signal, from, patience };
    const { start, chunks } = await startDownload(url, request);
    if (start !== from) await partial.clear();
    for await (const chunk of chunks) {
      if (partial.length + chunk.length > size) {
        throw new GuestError('guest-corrupt', `${what}: ${url} is longer than its ${size} bytes`);
      }
      await partial.append(chunk);
      progress?.({ step: 'download', what, done: partial.length, total: size });
    }
    if (partial.length < size) {
      const message = `${url}: the connection ended after ${partial.length} of ${size} bytes`;
      throw new GuestError('guest-network', message);
    }
  }

  async #has({ sha256, size }: ContentSource): Promise<boolean> {
    const found = await stat(this.#contentPath(sha256)).catch(absent);
    return found?.size === size;
  }

  async #write(kind: 'sha256' | 'refs', name: string, content: Uint8Array): Promise<void> {
    const folder = await this.#folder(kind);
    const temporary = join(folder, `.${randomUUID()}`);
    try {
      const file = await (this.#options.openFile ?? open)(temporary, 'wx');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, join(folder, name));
    } catch (error) {
      await removeFile(temporary);
      throw error;
    }
  }

  async #folder(kind: 'sha256' | 'partial' | 'refs'): Promise<string> {
    const path = join(this.root, kind);
    await makeFolder(path);
    return path;
  }

  #contentPath(sha256: string): string {
    return join(this.root, 'sha256', sha256);
  }

  /** Says of a file system's error where it arose and what can be done. */
  async #guarded<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (cause) {
      const code = errorCode(cause);
      if (code === undefined || cause instanceof GuestError) throw cause;
      const full = code === 'ENOSPC' || code === 'EDQUOT';
      const problem = full ? 'has no room left' : `cannot be used (${code})`;
      const remedy = 'HARTWOOD_CACHE can name another folder';
      throw new GuestError('guest-disk', `the cache ${this.root} ${problem}; ${remedy}`, { cause });
    }
  }
}

/**
 * Makes a folder and those around it. Node's own recursive `mkdir` never ends where the system refuses a
 * folder with ENOENT, as below /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    const around = dirname(path);
    const missing = code === 'ENOENT' && (await stat(around).catch(absent)) === undefined;
    if (!missing || around === path) throw error;
    await makeFolder(around);
    await mkdir(path).catch((again: unknown) => {
      if (errorCode(again) !== 'EEXIST') throw again;
    });
  }
}

/** The code of a system call's error, such as ENOSPC. */
function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error
    ? String(error.code)
    : undefined;
}

/** For a file that may not be there. */
function absent(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined;
  throw error;
}

/** A file by one system call, where `readFile` takes one for each 512 KiB: half the time for a kernel. */
async function readAtOnce(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(new Uint8Array(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
