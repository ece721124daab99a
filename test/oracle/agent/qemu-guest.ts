import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { type AgentConnection, type AgentLine, connectAgent } from '../../../src/index.js';
import { debianGuest } from '../../../src/node/guest-store.js';
import { qemuCommand } from '../qemu-command.js';

/** The default guest in QEMU, its agent at the end of a socket: the same protocol on a peer's devices. */
export interface QemuGuest {
  readonly agent: AgentConnection;
  /** Replaces the host's end: the old one is dropped where it stands. */
  reconnect(): Promise<AgentConnection>;
  /** Writes bytes of one's own to the agent, past the host's end. */
  inject(bytes: Uint8Array): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long a boot may take. */
const BOOT_MS = 480_000;

/**
 * Boots the guest and waits for its agent.
 *
 * @throws OracleUnavailableError without QEMU; GuestError without a guest
 */
export async function startQemuGuest(): Promise<QemuGuest> {
  const { program, prefix } = await qemuCommand();
  const image = await debianGuest();
  const folder = await mkdtemp(join(tmpdir(), 'hartwood-agent-'));
  const path = (name: string) => join(folder, name);
  await writeFile(path('kernel'), image.kernel);
  await writeFile(path('initrd'), image.initrd);
  const lines = new Lines();
  await lines.listen(path('agent'));
  const child = spawn(
    program,
    [
      ...prefix,
      ...['-machine', 'virt', '-m', '256M', '-smp', '1', '-accel', 'tcg', '-nodefaults'],
      ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
      ...['-kernel', path('kernel'), '-initrd', path('initrd'), '-append', image.append],
      ...['-device', 'virtio-serial-device'],
      // QEMU connects again when its line was cut.
      ...['-chardev', `socket,id=agent,path=${path('agent')},reconnect-ms=50`],
      ...['-device', 'virtserialport,chardev=agent,name=org.hartwood.agent'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-1000);
    });
  }
  const closed = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  const dispose = () => end(child, closed, lines, folder);
  try {
    let agent = await connected(lines);
    return {
      get agent() {
        return agent;
      },
      reconnect: async () => {
        lines.cut();
        await agent.close();
        agent = await connected(lines);
        return agent;
      },
      inject: (bytes) => lines.write(bytes),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (cause) {
    await dispose();
    throw new Error(`the agent in QEMU did not answer; the guest's last words: ${said}`, { cause });
  }
}

async function connected(lines: Lines): Promise<AgentConnection> {
  const agent = connectAgent(await lines.next());
  await agent.ready({ timeout: BOOT_MS });
  return agent;
}

async function end(
  child: ChildProcess,
  closed: Promise<void>,
  lines: Lines,
  folder: string,
): Promise<void> {
  child.kill('SIGKILL');
  await closed;
  lines.close();
  await rm(folder, { recursive: true, force: true });
}

/** The sockets by which QEMU connects its port. */
class Lines {
  readonly #server: Server = createServer((socket) => this.#take(socket));
  #socket: Socket | undefined;
  #onSocket: ((socket: Socket) => void) | undefined;

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(path, resolve);
    });
  }

  #take(socket: Socket): void {
    // What the cut of a line does to its socket is told by its streams.
    socket.on('error', () => {});
    this.#socket = socket;
    this.#onSocket?.(socket);
  }

  /** The line that is there, or the next one. */
  async next(): Promise<AgentLine> {
    const socket =
      this.#socket ??
      (await new Promise<Socket>((resolve) => {
        this.#onSocket = resolve;
      }));
    return Duplex.toWeb(socket) as AgentLine;
  }

  write(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
  }

  cut(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}
