import { AgentError } from '../../core/errors.js';
import { ToHost } from '../../guest/agent/protocol.js';
import type { Settle, WaitOptions } from '../waits.js';
import type { Agent } from './agent.js';
import type { Opening } from './channel.js';
import { Collector } from './collector.js';
import { type CommandOptions, startFailure } from './command.js';
import { type Input, InputSource } from './input.js';

/** How a command is run to its end. */
export interface ExecOptions extends WaitOptions, CommandOptions {
  /** What the command reads; nothing if not given. */
  readonly stdin?: Input;
}

/** What a command left. */
export interface ExecResult {
  /** Exit status; 128+n after signal n. */
  readonly status: number;
  /** Output as text (UTF-8; what is none becomes U+FFFD). */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Uint8Array;
  readonly stderrBytes: Uint8Array;
}

/** More does not become text in every JavaScript engine. */
const LARGEST_OUTPUT = 2 ** 28;

/** Runs a command and collects its output; returns how to give up, which kills it. */
export function execute(
  agent: Agent,
  opening: Opening,
  options: ExecOptions,
  settle: Settle<ExecResult>,
): () => void {
  const { stdin } = options;
  const source = stdin === undefined ? undefined : new InputSource(stdin);
  const outputs = { [ToHost.STDOUT]: new Collector(), [ToHost.STDERR]: new Collector() };
  const { [ToHost.STDOUT]: out, [ToHost.STDERR]: err } = outputs;
  let over = false;
  const channel = agent.open(opening, {
    output: (output, bytes) => {
      outputs[output].add(bytes);
      channel.giveBack(output, bytes.length);
      if (out.length + err.length > LARGEST_OUTPUT) {
        const most = `exec takes ${LARGEST_OUTPUT} at most; spawn gives it as streams`;
        settle.reject(new AgentError(`the command's output is too large: ${most}`));
      }
    },
    inputClosed: () => source?.stop(),
    ended: (end) => {
      over = true;
      if (end.kind === 'failed') {
        settle.reject(startFailure(end.errno, end.step, options.cwd));
        return;
      }
      const decoder = new TextDecoder();
      const stdoutBytes = out.toBytes();
      const stderrBytes = err.toBytes();
      settle.resolve({
        status: end.status,
        stdout: decoder.decode(stdoutBytes),
        stderr: decoder.decode(stderrBytes),
        stdoutBytes,
        stderrBytes,
      });
    },
    lost: (error) => {
      over = true;
      settle.reject(error);
    },
  });
  source?.feed(channel, settle.reject);
  return () => {
    source?.stop();
    if (!over) agent.close(channel);
  };
}
