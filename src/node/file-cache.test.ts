import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAll } from '../guest/byte-reader.js';
import type { ContentSource } from '../guest/content-cache.js';
import { FileCache } from './file-cache.js';
import type { OpenFile } from './partial-file.js';

type Answer = (request: IncomingMessage, response: ServerResponse, from: number) => void;

const CONTENT = new Uint8Array(randomBytes(300_000));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
/** No process has this id (the kernel's limit is 2^22). */
const DEAD_PID = 2 ** 22 + 1;

let root: string;
let server: Server;
let source: ContentSource;
/** Where each request wanted to begin. */
let requests: number[];
let answers: Answer[];

/** Sends the rest of the content, or breaks off after some bytes of it. */
function send(response: ServerResponse, from: number, most = Number.POSITIVE_INFINITY): void {
  const range = { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` };
  response.writeHead(from > 0 ? 206 : 200, from > 0 ? range : {});
  const rest = CONTENT.subarray(from);
  if (rest.length <= most) response.end(rest);
  else response.write(rest.subarray(0, most), () => response.destroy());
}

const whole: Answer = (_, response, from) => send(response, from);
const notResuming: Answer = (_, response) => send(response, 0);
const cutAfter =
  (bytes: number): Answer =>
  (_, response, from) =>
    send(response, from, bytes);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hartwood-cache-'));
  requests = [];
  answers = [];
  server = createServer((request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    requests.push(from);
    (answers.shift() ?? whole)(request, response, from);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
  source = { sha256: SHA256, size: CONTENT.length, urls: [url], what: 'the file' };
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true });
});

async function expectCached(cache: FileCache): Promise<void> {
  expect(Buffer.compare(await readAll(await cache.read(source)), CONTENT)).toBe(0);
  expect(await readdir(join(root, 'sha256'))).toEqual([SHA256]);
  expect(await readdir(join(root, 'partial'))).toEqual([]);
}

describe('FileCache.fetch', () => {
  it('downloads once, reporting progress to the end', async () => {
    const cache = new FileCache(root);
    const reports: number[] = [];
    await cache.fetch(source, { progress: ({ done }) => reports.push(done) });
    await cache.fetch(source);
    await expectCached(cache);
    expect(requests).toEqual([0]);
    expect(reports.at(-1)).toBe(CONTENT.length);
  });

  it('goes on by itself where the connection broke', async () => {
    answers = [cutAfter(100_000), cutAfter(50_000)];
    const cache = new FileCache(root);
    await cache.fetch(source);
    await expectCached(cache);
    expect(requests).toEqual([0, 100_000, 150_000]);
  });

  it('gives up after two attempts that bring nothing, and resumes in a later call', async () => {
    answers = [cutAfter(100_000), cutAfter(0)];
    const cache = new FileCache(root);
    await expect(cache.fetch(source)).rejects.toMatchObject({ code: 'guest-network' });
    expect(await readdir(join(root, 'sha256'))).toEqual([]);
    await cache.fetch(source);
    await expectCached(cache);
    expect(requests).toEqual([0, 100_000, 100_000]);
  });

  it('takes over what a process that has ended left', async () => {
    await mkdir(join(root, 'partial'), { recursive: true });
    const name = `${SHA256}.${hostname()}.${DEAD_PID}.part`;
    await writeFile(join(root, 'partial', name), CONTENT.subarray(0, 200_000));
    const cache = new FileCache(root);
    await cache.fetch(source);
    await expectCached(cache);
    expect(requests).toEqual([200_000]);
  });

  it('leaves alone what a running process is downloading', async () => {
    await mkdir(join(root, 'partial'), { recursive: true });
    const name = `${SHA256}.${hostname()}.${process.ppid}.part`;
    await writeFile(join(root, 'partial', name), CONTENT.subarray(0, 200_000));
    await new FileCache(root).fetch(source);
    expect(requests).toEqual([0]);
    expect(await readdir(join(root, 'partial'))).toEqual([name]);
  });

  it('begins anew when the server cannot resume', async () => {
    answers = [cutAfter(100_000), notResuming];
    const cache = new FileCache(root);
    await cache.fetch(source);
    await expectCached(cache);
    expect(requests).toEqual([0, 100_000]);
  });

  it('begins anew when the old part turns out wrong', async () => {
    await mkdir(join(root, 'partial'), { recursive: true });
    const name = `${SHA256}.${hostname()}.${DEAD_PID}.part`;
    await writeFile(join(root, 'partial', name), new Uint8Array(1000));
    const cache = new FileCache(root);
    await cache.fetch(source);
    await expectCached(cache);
    expect(requests).toEqual([1000, 0]);
  });

  it.each([
    ['of another hash', new Uint8Array(CONTENT.length)],
    ['too long', new Uint8Array(CONTENT.length + 1)],
  ])('refuses content %s, and keeps nothing of it', async (_, bytes) => {
    answers = [(_request, response) => response.end(bytes)];
    const cache = new FileCache(root);
    await expect(cache.fetch(source)).rejects.toMatchObject({ code: 'guest-corrupt' });
    expect(await readdir(join(root, 'partial'))).toEqual([]);
    await cache.fetch(source);
    await expectCached(cache);
  });

  it('tries the next address when one does not have the file', async () => {
    answers = [(_request, response) => response.writeHead(404).end()];
    const [url] = source.urls;
    source = { ...source, urls: [`${url}/by-hash`, url] };
    const cache = new FileCache(root);
    await cache.fetch(source);
    await expectCached(cache);
  });

  it('gives up a server that falls silent', async () => {
    const silent: Answer = (_, response) => {
      response.writeHead(200);
      response.flushHeaders();
    };
    answers = [silent, silent];
    const cache = new FileCache(root, { patience: 50 });
    await expect(cache.fetch(source)).rejects.toThrow(/no data for 0\.05 s/);
  });

  it('ends with the signal, and lets a caller who waited for the same file go on', async () => {
    const abort = new AbortController();
    answers = [
      (_, response) => {
        response.writeHead(200);
        response.write(CONTENT.subarray(0, 1000));
      },
    ];
    const cache = new FileCache(root);
    const first = cache.fetch(source, {
      signal: abort.signal,
      progress: () => abort.abort(new Error('enough')),
    });
    const second = cache.fetch(source);
    await expect(first).rejects.toThrow('enough');
    await second;
    await expectCached(cache);
    expect(requests).toEqual([0, 1000]);
  });

  it('says what to do when the disk is full, and goes on when it no longer is', async () => {
    let room = 150_000;
    const fullDisk: OpenFile = async (path, flags) => {
      const file = await open(path, flags);
      const write = file.write.bind(file) as (...args: unknown[]) => Promise<unknown>;
      file.write = (async (...args: unknown[]) => {
        room -= (args[0] as Uint8Array).length;
        if (room >= 0) return await write(...args);
        const error = new Error('ENOSPC: no space left on device, write');
        throw Object.assign(error, { code: 'ENOSPC', syscall: 'write' });
      }) as typeof file.write;
      return file;
    };
    const cache = new FileCache(root, { openFile: fullDisk });
    const failing = cache.fetch(source);
    await expect(failing).rejects.toMatchObject({ code: 'guest-disk' });
    await expect(failing).rejects.toThrow(`${root} has no room left; HARTWOOD_CACHE can name`);
    room = Number.POSITIVE_INFINITY;
    await cache.fetch(source);
    await expectCached(cache);
  });
});

describe('FileCache.load', () => {
  it('returns what was put, and refs by name', async () => {
    const cache = new FileCache(root);
    const hash = await cache.put(CONTENT);
    await cache.setRef('name', hash);
    expect(hash).toBe(SHA256);
    expect(await cache.ref('name')).toBe(SHA256);
    expect(await cache.ref('other')).toBeUndefined();
    expect(Buffer.compare((await cache.load(hash)) ?? new Uint8Array(0), CONTENT)).toBe(0);
  });

  it('removes what was damaged since', async () => {
    const cache = new FileCache(root);
    const path = join(root, 'sha256', await cache.put(CONTENT));
    await writeFile(path, CONTENT.subarray(1));
    expect(await cache.load(SHA256)).toBeUndefined();
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  it('says so of a place that cannot be a folder, and ends', async () => {
    // Below /proc nothing can be made; a file's inside is no folder.
    for (const place of ['/proc/hartwood', '/proc/self/status']) {
      const cache = new FileCache(place);
      const put = cache.put(new Uint8Array(1));
      await expect(put).rejects.toMatchObject({ code: 'guest-disk' });
      await expect(put).rejects.toThrow(`the cache ${place} cannot be used`);
    }
  });
});
