import { spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { AGENT_PORT } from '../../src/guest/agent/protocol.js';
import type { GuestImage } from '../../src/guest/image.js';
import { CONSOLE_PORT } from '../../src/guest/initramfs/init-script.js';
import { type AgentLine, connectAgent } from '../../src/index.js';
import { peerQemu } from '../engines/qemu.js';
import { endWithBench } from '../leftovers.js';
import { ConsoleMeter } from './console-meter.js';
import { DISKS, type Format } from './images.js';
import { type BenchMachine, BOOT_MS, MEMORY } from './machine.js';

/** How much of the guest's log an error quotes. */
const LAST_WORDS = 500;

/** What may be other than in the machine beside this project's. */
export interface PeerOptions {
  /** Default: that of all bench machines. */
  readonly memory?: string;
  /** QEMU's CPU model; default: what it has by itself. */
  readonly cpu?: string;
  /** QEMU's options for the drives; default: the images of `folder`. */
  readonly drives?: readonly string[];
}

/**
 * Boots the guest in QEMU with the same devices, and the processor that it has by itself; `folder` has its images, and `kernel` and `initrd`. Agent
 * and console stand at the ends of sockets.
 *
 * @throws UnavailableError without QEMU
 */
export async function startPeer(
  image: Pick<GuestImage, 'append'>,
  folder: string,
  options: PeerOptions = {},
): Promise<BenchMachine> {
  const { program, prefix } = await peerQemu();
  const path = (name: string) => join(folder, name);
  const [agentLine, consoleLine] = [listen(path('agent')), listen(path('console'))];
  const images = DISKS.flatMap(({ format, serial }) => [
    ...['-drive', `file=${path(`qemu.${format}`)},format=${format},if=none,id=${serial}`],
    ...['-device', `virtio-blk-device,drive=${serial},serial=${serial}`],
  ]);
  const { memory = MEMORY, cpu, drives = images } = options;
  const child = spawn(
    program,
    [
      ...prefix,
      ...['-machine', 'virt', '-m', memory, '-smp', '1', '-accel', 'tcg', '-nodefaults'],
      ...(cpu === undefined ? [] : ['-cpu', cpu]),
      ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
      ...['-global', 'virtio-mmio.force-legacy=false'],
      ...['-kernel', path('kernel'), '-initrd', path('initrd'), '-append', image.append],
      ...drives,
      ...['-device', 'virtio-serial-device'],
      ...['-chardev', `socket,id=console,path=${path('console')}`],
      ...['-device', `virtconsole,chardev=console,name=${CONSOLE_PORT}`],
      ...['-chardev', `socket,id=agent,path=${path('agent')}`],
      ...['-device', `virtserialport,chardev=agent,name=${AGENT_PORT}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  endWithBench(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-LAST_WORDS);
    });
  }
  const closed = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  const dispose = async () => {
    child.kill('SIGKILL');
    await closed;
    for (const line of [agentLine, consoleLine]) line.close();
  };
  try {
    const ended = closed.then(() => {
      throw new Error('QEMU ended');
    });
    const lines = Promise.all([agentLine.connected, consoleLine.connected]);
    const [agentSocket, consoleSocket] = await Promise.race([lines, ended]);
    const console = new ConsoleMeter(Duplex.toWeb(consoleSocket).readable as AgentLine['readable']);
    const agent = connectAgent(Duplex.toWeb(agentSocket) as AgentLine);
    await agent.ready({ timeout: BOOT_MS });
    const imageOf = (format: Format) => path(`qemu.${format}`);
    return { engine: 'qemu', agent, console, imageOf, [Symbol.asyncDispose]: dispose };
  } catch (cause) {
    await dispose();
    throw new Error(`the guest in QEMU did not start; its last words: ${said}`, { cause });
  }
}

/** Waits at `path` for QEMU to connect a device. */
function listen(path: string) {
  let socket: Socket | undefined;
  const server = createServer();
  const connected = new Promise<Socket>((resolve, reject) => {
    server.once('error', reject).once('connection', (connection) => {
      // What the end of QEMU does to its sockets is told by their streams.
      connection.on('error', () => {});
      socket = connection;
      resolve(connection);
    });
  });
  // Whoever waits for it is told; nobody may be, after another line failed.
  connected.catch(() => {});
  server.listen(path);
  return {
    connected,
    close: () => {
      socket?.destroy();
      server.close();
    },
  };
}
