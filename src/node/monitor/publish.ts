import { threadId } from 'node:worker_threads';
import type { Host } from '../../vm/host.js';
import { monitorFolder } from './folder.js';
import { MonitorServer } from './server.js';

/** Hosts of this thread that are shown, by their numbers. */
const published = new Map<Host, number>();
let numbers = 0;
let server: Promise<MonitorServer> | undefined;

/** The socket of a thread: a worker has one of its own, since its hosts are. */
const socketName = () => `${process.pid}${threadId === 0 ? '' : `.${threadId}`}.sock`;

/**
 * Shows the VMs of a host to other processes of this user, as `hartwood top`, until the result is
 * disposed of. It keeps no process alive.
 *
 * @throws ConfigurationError where the place for the socket cannot be had for this user alone, and on Windows
 */
export async function publishHost(host: Host): Promise<AsyncDisposable> {
  const listening = server ?? MonitorServer.listen(monitorFolder(), socketName(), published);
  server = listening;
  published.set(host, ++numbers);
  try {
    await listening;
  } catch (error) {
    published.delete(host);
    if (server === listening) server = undefined;
    throw error;
  }
  return {
    [Symbol.asyncDispose]: async () => {
      published.delete(host);
      if (published.size > 0 || server !== listening) return;
      server = undefined;
      await (await listening)[Symbol.asyncDispose]();
    },
  };
}
