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
  #busy = false;

  private constructor(server: Server, target: DebugTarget, port: number) {
    this.#server = server;
    this.#target = target;
    this.port = port;
    server.on('connection', (socket) => void this.#serve(socket));
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
    // A client that is cut off ends the loop below; there is nobody to tell.
    socket.on('error', () => {});
    if (this.#busy) {
      socket.end(packetOf('E.another debugger is connected'));
      return;
    }
    this.#busy = true;
    this.#sockets.add(socket);
    const session = await GdbSession.open(this.#target, (bytes) => {
      if (socket.writable) socket.write(bytes);
    });
    try {
      for await (const bytes of socket) {
        await session.receive(bytes as Uint8Array);
        if (session.closed) break;
      }
    } catch (error) {
      // A connection that broke ends as one that was closed.
      if (socket.errored === null) throw error;
    } finally {
      await session.close();
      socket.end();
      this.#sockets.delete(socket);
      this.#busy = false;
    }
  }

  /** Stops listening and ends the client's connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroySoon();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
