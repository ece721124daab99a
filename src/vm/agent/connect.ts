import { AgentError } from '../../core/errors.js';
import { realClock } from '../clock.js';
import { type WaitOptions, Waits } from '../waits.js';
import { Agent } from './agent.js';
import { GuestCommands } from './commands.js';

/** A way to an agent's port: bytes from it, and bytes to it. */
export interface AgentLine {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** An agent at the end of a line. */
export interface AgentConnection extends Pick<GuestCommands, 'exec' | 'spawn' | 'files'> {
  /** Resolves when an agent has answered. @throws VmTimeoutError, VmStoppedError. */
  ready(options?: WaitOptions): Promise<void>;
  /** Closes the line; what is under way rejects. */
  close(): Promise<void>;
}

/** Bytes given to the line ahead of what it has written. */
const AHEAD = 256 * 1024;

/**
 * Talks to the agent of a machine that is not one of ours, through whatever carries its port: a socket
 * of another hypervisor, for one. The real clock counts its time limits.
 */
export function connectAgent({ readable, writable }: AgentLine): AgentConnection {
  const writer = writable.getWriter();
  let ahead = 0;
  const whenReady = new Set<() => void>();
  const pump = () =>
    agent.type((bytes) => {
      const piece = bytes.slice(0, Math.max(0, AHEAD - ahead));
      if (piece.length > 0) {
        ahead += piece.length;
        writer.write(piece).then(
          () => {
            ahead -= piece.length;
            soon();
          },
          (cause: unknown) => end(broken(cause)),
        );
      }
      return piece.length;
    });
  let planned = false;
  // Not within the agent's own call, and once for all that it has to send.
  const soon = () => {
    if (planned) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      pump();
    });
  };
  const agent: Agent = new Agent(() => {
    for (const listener of [...whenReady]) listener();
  }, soon);
  const waits = new Waits(
    realClock(),
    () => 0n,
    () => {},
  );
  const commands = new GuestCommands(agent, waits);
  const reader = readable.getReader();
  let ended = false;
  const end = (error?: AgentError) => {
    if (ended) return;
    ended = true;
    waits.stop({ kind: 'host', code: 0, ...(error === undefined ? {} : { error }) });
  };
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      agent.receive(value);
    }
    end(new AgentError('the line to the guest agent was closed'));
  };
  read().catch((cause: unknown) => end(broken(cause)));
  agent.resync();
  return {
    exec: (command, options) => commands.exec(command, options),
    spawn: (command, options) => commands.spawn(command, options),
    files: commands.files,
    ready: (options = {}) =>
      waits.until<void>('the agent answered', options, (settle) => {
        const listener = () => settle.resolve();
        if (agent.ready) listener();
        else whenReady.add(listener);
        return () => whenReady.delete(listener);
      }),
    close: async () => {
      end();
      await reader.cancel().catch(() => {});
      await writer.abort().catch(() => {});
    },
  };
}

function broken(cause: unknown): AgentError {
  return new AgentError('the line to the guest agent broke', { cause });
}
