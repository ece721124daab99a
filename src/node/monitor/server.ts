import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { ConfigurationError, HartwoodError } from '../../core/errors.js';
import { type PublishedHosts, perform } from './commands.js';
import { makePrivate } from './folder.js';
import { linesOf } from './lines.js';

const LONGEST_REQUEST = 64 * 1024;
const MOST_CLIENTS = 64;

/**
 * Answers other processes of this user about the VMs of hosts: a line of JSON for each line of JSON, in
 * their order, `{"error": …}` for one that cannot be served. It keeps no process alive.
 */
export class MonitorServer {
  readonly #path: string;
  readonly #hosts: PublishedHosts;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #onExit = () => rmSync(this.#path, { force: true });

  private constructor(path: string, hosts: PublishedHosts) {
    this.#path = path;
    this.#hosts = hosts;
    this.#server = createServer((socket) => void this.#serve(socket));
    this.#server.maxConnections = MOST_CLIENTS;
  }

  /**
   * Listens on a socket that is this process's own: one that is there is another's that has ended.
   *
   * @throws ConfigurationError if it cannot be had
   */
  static async listen(folder: string, name: string, hosts: PublishedHosts): Promise<MonitorServer> {
    await makePrivate(folder);
    const path = `${folder}/${name}`;
    const monitor = new MonitorServer(path, hosts);
    const server = monitor.#server;
    try {
      await rm(path, { force: true });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, resolve);
      });
    } catch (cause) {
      throw new ConfigurationError(`${path} cannot be listened on: ${cause}`, { cause });
    }
    server.removeAllListeners('error');
    // One client that cannot be taken in is no end of the others.
    server.on('error', () => {});
    server.unref();
    process.on('exit', monitor.#onExit);
    return monitor;
  }

  async #serve(socket: Socket): Promise<void> {
    socket.unref();
    socket.on('error', () => {});
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    try {
      for await (const line of linesOf(socket, LONGEST_REQUEST)) {
        await send(socket, await this.#answer(line));
      }
      socket.end();
    } catch (error) {
      if (!(error instanceof RangeError)) socket.destroy();
      else {
        socket.end(`${JSON.stringify({ error: error.message })}\n`);
        // The answer would be lost if the rest were left unread.
        socket.resume();
      }
    }
  }

  async #answer(line: string): Promise<object> {
    try {
      return await perform(this.#hosts, line);
    } catch (error) {
      const known = error instanceof HartwoodError;
      return { error: known ? error.message : `the request failed: ${error}` };
    }
  }

  /** Stops listening and cuts off who is connected. */
  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#onExit);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Resolves when there is room for more; what a client does not read must not pile up. */
function send(socket: Socket, answer: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error('the client is gone'));
    if (socket.destroyed) return closed();
    socket.once('close', closed);
    socket.write(`${JSON.stringify(answer)}\n`, () => {
      socket.off('close', closed);
      resolve();
    });
  });
}
