import { CHANNELS_SOURCE } from './channels.js';
import { COMMANDS } from './commands.js';
import { EVENT_LOOP } from './event-loop.js';
import { FILES } from './files.js';
import { FRAMES_IN } from './frames-in.js';
import { FRAMES_OUT } from './frames-out.js';
import { IDENTITY } from './identity.js';
import { LINUX } from './linux.js';
import { AREA_ADDRESSES, MEMORY } from './memory.js';
import { PORT } from './port.js';
import * as protocol from './protocol.js';
import { START } from './start.js';
import { STREAMS } from './streams.js';

const { Kind, Step, ToGuest, ToHost } = protocol;
const SYNC_PAYLOAD = 16;

// Sorted, as the names of a module are, but not under each loader: a guest's name in the cache is made of this text.
const constants = (prefix: string, values: object): string =>
  Object.entries(values)
    .filter(([, value]) => typeof value === 'number' || typeof value === 'bigint')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `.equ ${prefix}${name}, ${value}\n`)
    .join('');

const PROTOCOL = `${constants('', protocol)}
${constants('TO_GUEST_', ToGuest)}
${constants('TO_HOST_', ToHost)}
${constants('STEP_', Step)}
.equ HANDLERS, ${Object.keys(ToGuest).length}
.equ OPENERS, ${Object.keys(Kind).length}
.equ SYNC_PAYLOAD, ${SYNC_PAYLOAD}
.equ SYNC_FRAME, HEADER_SIZE + SYNC_PAYLOAD + 1
.equ HELLO_PAYLOAD, 20
`;

/** The agent's source, in the syntax of GNU as. */
export const AGENT_SOURCE = [
  ...[PROTOCOL, LINUX, MEMORY, START, EVENT_LOOP, PORT, FRAMES_IN, FRAMES_OUT],
  ...[CHANNELS_SOURCE, STREAMS, COMMANDS, FILES, IDENTITY, AREA_ADDRESSES],
].join('');
