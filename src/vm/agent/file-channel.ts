import { ConfigurationError, GuestFileError } from '../../core/errors.js';
import type { Kind } from '../../guest/agent/protocol.js';
import type { Agent } from './agent.js';
import type { Channel, Opening, Output } from './channel.js';
import { describeErrno, errnoName } from './errno.js';

/** Linux takes paths of 4,096 bytes, with the zero at their end. */
const LONGEST_PATH = 4095;

/** How a channel for a file is told of. */
export interface FileListener {
  readonly output: (bytes: Uint8Array, giveBack: () => void) => void;
  readonly ended: () => void;
  readonly failed: (error: unknown) => void;
  /** Nothing more of the file's new content is wanted. */
  readonly inputClosed?: () => void;
}

/** @throws ConfigurationError for what can be no path. */
export function fileOpening(
  kind: (typeof Kind)[keyof typeof Kind],
  path: string,
  detail = 0,
): Opening {
  if (path === '') throw new ConfigurationError("'' is no path in the guest");
  if (path.includes('\0')) {
    throw new ConfigurationError('a path in the guest cannot contain a zero character');
  }
  const size = new TextEncoder().encode(path).length;
  if (size > LONGEST_PATH) {
    throw new ConfigurationError(
      `a path in the guest has ${LONGEST_PATH} bytes at most, not ${size}`,
    );
  }
  return { kind, detail, arguments: [path] };
}

/**
 * Opens a channel for a file.
 *
 * @param verb what is done, for messages: 'read'
 * @returns the channel, and how to give it up
 */
export function openFile(
  agent: Agent,
  opening: Opening,
  verb: string,
  listener: FileListener,
): { readonly channel: Channel; readonly giveUp: () => void } {
  let over = false;
  const channel: Channel = agent.open(opening, {
    output: (output: Output, bytes) =>
      listener.output(bytes, () => channel.giveBack(output, bytes.length)),
    inputClosed: () => listener.inputClosed?.(),
    ended: (end) => {
      over = true;
      if (end.kind === 'exit') listener.ended();
      else listener.failed(fileError(verb, opening.arguments[0] ?? '', end.errno));
    },
    lost: (error) => {
      over = true;
      listener.failed(error);
    },
  });
  return {
    channel,
    giveUp: () => {
      if (!over) agent.close(channel);
    },
  };
}

function fileError(verb: string, path: string, errno: number): GuestFileError {
  const message = `cannot ${verb} '${path}' in the guest: ${describeErrno(errno)}`;
  return new GuestFileError(errnoName(errno), message);
}
