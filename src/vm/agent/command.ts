import { AgentError, ConfigurationError } from '../../core/errors.js';
import { Kind, Step } from '../../guest/agent/protocol.js';
import type { Opening } from './channel.js';
import { describeErrno } from './errno.js';

/** Where and with what a command runs. */
export interface CommandOptions {
  /** Added to the default environment: PATH, HOME, TERM. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder to run in; by default the one that the agent was started in. */
  readonly cwd?: string;
}

const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  TERM: 'xterm',
};

/** Linux takes 128 KiB for one argument, with the zero at its end. */
const LONGEST = 128 * 1024 - 1;

/**
 * What opens a channel for a shell command.
 *
 * @throws ConfigurationError for what Linux cannot take
 */
export function commandOpening(command: string, options: CommandOptions, input: boolean): Opening {
  const { cwd = '', env = {} } = options;
  checkText('the command', command);
  checkText('the folder (cwd)', cwd);
  const variables = Object.entries({ ...ENVIRONMENT, ...env }).map(([name, value]) => {
    if (name === '' || name.includes('=')) {
      throw new ConfigurationError(`'${name}' cannot be the name of an environment variable`);
    }
    const entry = `${name}=${value}`;
    checkText(`the environment variable ${name}`, entry);
    return entry;
  });
  return { kind: Kind.COMMAND, detail: input ? 1 : 0, arguments: [command, cwd, ...variables] };
}

const describe = (value: unknown) => (Array.isArray(value) ? 'a list' : `a ${typeof value}`);

/** @throws ConfigurationError for a text that cannot be an argument of a program. */
function checkText(what: string, text: unknown): asserts text is string {
  if (typeof text !== 'string') {
    throw new ConfigurationError(`${what} must be a text, not ${describe(text)}`);
  }
  if (text.includes('\0')) throw new ConfigurationError(`${what} contains a zero character`);
  // UTF-8 has three bytes at most for each of JavaScript's characters.
  if (text.length <= LONGEST / 3) return;
  const size = new TextEncoder().encode(text).length;
  if (size > LONGEST) {
    throw new ConfigurationError(`${what} has ${size} bytes; Linux takes ${LONGEST} at most`);
  }
}

/** Why a command did not start. */
export function startFailure(errno: number, step: number, cwd: string | undefined): AgentError {
  const why = describeErrno(errno);
  switch (step) {
    case Step.FOLDER:
      return new AgentError(`the guest cannot run the command in '${cwd}': ${why}`);
    case Step.SHELL:
      return new AgentError(`the guest cannot start /bin/sh: ${why}`);
    case Step.ARGUMENTS:
      return new AgentError(`the guest agent does not take the command: ${why}`);
    default:
      return new AgentError(`the guest agent cannot start the command: ${why}`);
  }
}
