import { AgentError } from '../../core/errors.js';
import { ADDRESS_FAILED, Kind, NAME_FAILED, TIME_FAILED } from '../../guest/agent/protocol.js';
import type { Settle } from '../waits.js';
import type { Agent } from './agent.js';
import type { Opening } from './channel.js';
import { describeErrno } from './errno.js';

/** What a guest is to be called, and the address of its network interface, as '02:00:5e:10:00:01': now, and from then on. */
export interface GuestIdentity {
  readonly hostName: string;
  readonly from: string;
  readonly to: string;
  /** Its time of day from now on, in nanoseconds since 1970; without it, the one it has. */
  readonly time?: bigint;
}

/** What a guest has taken over. */
export interface TakenIdentity {
  readonly hostName: boolean;
  /** False also if no interface had the address. */
  readonly mac: boolean;
  readonly time: boolean;
}

/** Hexadecimal digits as the agent wants them (src/guest/agent/protocol.ts). */
const digits = (text: string) =>
  [...text.replaceAll(':', '')]
    .map((digit) => String.fromCharCode(0x40 + Number.parseInt(digit, 16)))
    .join('');

/** As many as 64 bits have. */
const TIME_DIGITS = 16;

/** Has the agent take an identity over; returns how to give up. */
export function identify(
  agent: Agent,
  { hostName, from, to, time = 0n }: GuestIdentity,
  settle: Settle<TakenIdentity>,
): () => void {
  const opening: Opening = {
    kind: Kind.IDENTITY,
    detail: 0,
    arguments: [
      hostName,
      digits(from) + digits(to),
      digits(time.toString(16).padStart(TIME_DIGITS, '0')),
    ],
  };
  let over = false;
  const channel = agent.open(opening, {
    output: () => {},
    inputClosed: () => {},
    ended: (end) => {
      over = true;
      if (end.kind === 'exit') {
        settle.resolve({
          hostName: (end.status & NAME_FAILED) === 0,
          mac: (end.status & ADDRESS_FAILED) === 0,
          time: (end.status & TIME_FAILED) === 0,
        });
      } else {
        const why = describeErrno(end.errno);
        settle.reject(new AgentError(`the guest agent does not take the identity: ${why}`));
      }
    },
    lost: (error) => {
      over = true;
      settle.reject(error);
    },
  });
  return () => {
    if (!over) agent.close(channel);
  };
}
