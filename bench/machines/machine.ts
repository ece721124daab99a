import type { AgentConnection } from '../../src/index.js';
import { WrongResultError } from '../errors.js';
import type { ConsoleMeter } from './console-meter.js';
import type { Format } from './images.js';

/** A machine that runs the default guest with two disks, ready for commands. */
export interface BenchMachine {
  readonly engine: string;
  readonly agent: Pick<AgentConnection, 'exec' | 'spawn' | 'files'>;
  /** What arrives of `/dev/hvc0`, where the guest's shell is. */
  readonly console: ConsoleMeter;
  /** The host's file with a disk's content. */
  readonly imageOf: (format: Format) => string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** RAM of each; one hart. */
export const MEMORY = '256M';
/** How long a boot may take: the slowest engine takes a minute on a machine with nothing else to do. */
export const BOOT_MS = 300_000;
/** How long a command may take: half a minute, so counted. */
const COMMAND_MS = 300_000;
/** How much of a command, and of its words, an error quotes. */
const QUOTED = 200;

/**
 * Runs a command in the guest; its standard output, and the milliseconds from asking to its status.
 *
 * @throws WrongResultError with the command's own words if it fails
 */
export async function run(
  { agent, engine }: BenchMachine,
  command: string,
): Promise<{
  readonly stdout: Uint8Array;
  readonly stderr: string;
  readonly milliseconds: number;
}> {
  const began = performance.now();
  const { status, stdoutBytes, stderr } = await agent.exec(command, { timeout: COMMAND_MS });
  const milliseconds = performance.now() - began;
  if (status !== 0) {
    const [named, said] = [command.slice(0, QUOTED), stderr.trim().slice(-QUOTED)];
    throw new WrongResultError(`'${named}' ended with status ${status} on ${engine}: ${said}`);
  }
  return { stdout: stdoutBytes, stderr, milliseconds };
}
