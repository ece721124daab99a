import { AgentError } from '../../core/errors.js';
import { ToHost } from '../../guest/agent/protocol.js';
import type { Settle, WaitOptions } from '../waits.js';
import type { Agent } from './agent.js';
import type { Channel } from './channel.js';
import { type CommandOptions, commandOpening, startFailure } from './command.js';
import { OutputStream } from './output-stream.js';
import { type SignalName, signalNumber } from './signals.js';

/** How a command is started. Its time limit and its abort signal kill it. */
export interface SpawnOptions extends WaitOptions, CommandOptions {}

/** A command that runs in the guest. */
export interface GuestProcess {
  /**
   * What the command reads; writing waits for the guest, and fails once nobody reads there. Aborted, as
   * by `pipeTo` when its source fails, it kills the command, which must not take half for the whole.
   */
  readonly stdin: WritableStream<Uint8Array>;
  /** What the command writes. Unread, it holds the command up; cancelled, it is dropped. */
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /**
   * Exit status; 128+n after signal n. It comes when all output was taken over. Rejects as `exec`
   * does, and with AgentError when the input was aborted before the command had ceased to read it.
   */
  readonly status: Promise<number>;
  /**
   * Sends a signal, SIGTERM if not given, to the command and all that it started. Numbers are Linux's
   * on RISC-V, 1 to 64.
   *
   * @throws ConfigurationError for what is no signal
   */
  kill(signal?: SignalName | number): void;
}

/** Runs `begin` as a wait that ends when the command does. */
export type Await = (begin: (settle: Settle<number>) => () => void) => Promise<number>;

/** Starts a command. */
export function spawnProcess(
  agent: Agent,
  command: string,
  options: SpawnOptions,
  until: Await,
): GuestProcess {
  const opening = commandOpening(command, options, true);
  const streams = new Map(
    [ToHost.STDOUT, ToHost.STDERR].map((output) => [output, new OutputStream()]),
  );
  const [stdout, stderr] = streams.values();
  if (stdout === undefined || stderr === undefined) throw new TypeError('two streams were made');
  let channel: Channel | undefined;
  let over = false;
  let closed = false;
  let lose: (error: AgentError) => void = () => {};
  const status = until((settle) => {
    const fail = (error: unknown) => {
      over = true;
      for (const stream of streams.values()) stream.fail(error);
      settle.reject(error);
    };
    lose = settle.reject;
    const opened = agent.open(opening, {
      output: (output, bytes) => streams.get(output)?.push(bytes),
      inputClosed: () => {
        closed = true;
      },
      ended: (end) => {
        over = true;
        if (end.kind === 'failed') {
          fail(startFailure(end.errno, end.step, options.cwd));
          return;
        }
        for (const stream of streams.values()) stream.end();
        settle.resolve(end.status);
      },
      lost: fail,
    });
    channel = opened;
    for (const [output, stream] of streams) {
      stream.onTaken = (bytes) => opened.giveBack(output, bytes);
    }
    return () => {
      if (!over) agent.close(opened);
    };
  });
  status.catch((error: unknown) => {
    over = true;
    for (const stream of streams.values()) stream.fail(error);
  });
  const stdin = new WritableStream<Uint8Array>({
    write: async (bytes) => {
      if (!over && !closed) await channel?.write(bytes);
      if (over || closed) throw new AgentError('the command does not read its input any more');
    },
    close: () => channel?.end(),
    abort: (cause) => {
      if (over || closed) return;
      const why = cause instanceof Error ? `: ${cause.message}` : '';
      lose(new AgentError(`the command was killed, since its input was aborted${why}`, { cause }));
    },
  });
  return {
    stdin,
    stdout: stdout.readable,
    stderr: stderr.readable,
    status,
    kill: (signal = 'SIGTERM') => {
      const number = signalNumber(signal);
      if (!over) channel?.kill(number);
    },
  };
}
