import { createServer, type Server, type Socket } from 'node:net';
import { ConfigurationError } from '../core/errors.js';
import { packetOf } from '../debug/packet.js';
import { type DebugTarget, GdbSession } from '../debug/session.js';

/** Only this machine may debug: who reaches the port has all of the guest. */
const LOOPBACK = '127.0.0.1';

/** Where GDB connects to debug a VM (`target remote`): one client at a time. */
export class GdbServer {
  readonly port: number;
  readonly #server: Server;
  readonly #target: DebugTarget;
  readonly #sockets = new Set<Socket>();
  /** Who came last, and when its session is over. */
  #client: { readonly socket: Socket; readonly done: Promise<void> } | undefined;

  private constructor(server: Server, target: DebugTarget, port: number) {
    this.#server = server;
    this.#target = target;
    this.port = port;
    // One client that cannot be taken in is no end of the others, nor of the VM.
    server.on('error', () => {});
    server.on('connection', (socket) => {
      this.#serve(socket).catch(() => socket.destroy());
    });
  }

  /**
   * Listens on the loopback interface; port 0 picks one that is free.
   *
   * @throws ConfigurationError if the port cannot be had.
   */
  static async listen(target: DebugTarget, port: number): Promise<GdbServer> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const why = cause.code === 'EADDRINUSE' ? 'it is in use' : cause.message;
        reject(new ConfigurationError(`GDB cannot be served on port ${port}: ${why}`, { cause }));
      });
      server.listen(port, LOOPBACK, resolve);
    });
    const address = server.address();
    return new GdbServer(server, target, typeof address === 'object' ? (address?.port ?? 0) : 0);
  }

  async #serve(socket: Socket): Promise<void> {
    // A client that is cut off ends its session; there is nobody to tell.
    socket.on('error', () => {});
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    const before = this.#client;
    if (before !== undefined && !before.socket.destroyed) {
      // What it sends must be read, or its end would never be seen.
      socket.resume();
      socket.end(packetOf('E.another debugger is connected'));
      return;
    }
    // One that has left may have sent more than is answered yet.
    const left = before?.done.catch(() => {}) ?? Promise.resolve();
    const done = left.then(() => this.#attend(socket));
    this.#client = { socket, done };
    await done;
  }

  async #attend(socket: Socket): Promise<void> {
    const session = await GdbSession.open(this.#target, (bytes) => {
      if (!socket.writable || socket.write(bytes)) return undefined;
      return roomIn(socket);
    });
    try {
      for await (const bytes of piecesOf(socket)) {
        await session.receive(bytes);
        if (session.closed) socket.end();
      }
    } finally {
      await session.close();
    }
  }

  /** Stops listening and cuts off who is connected. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Resolves when the client has taken what was written, or is gone. */
function roomIn(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      socket.off('drain', go);
      socket.off('close', go);
      resolve();
    };
    socket.on('drain', go);
    socket.on('close', go);
  });
}

/** What a client sends, to the end of the connection, which may be a violent one. */
async function* piecesOf(socket: Socket): AsyncGenerator<Uint8Array> {
  try {
    yield* socket;
  } catch {
    // Broken or closed: there is nobody left to tell.
  }
}
