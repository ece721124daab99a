import { ARGUMENTS_MOST, CHANNELS, FRAME_MOST, STDIN_WINDOW } from './protocol.js';

/** The signal descriptor, the port, and each channel's three streams. */
const POLLS = 2 + 3 * CHANNELS;
const ENVIRONMENT_MOST = 1024;
/** Small frames that all channels together may send in one turn have room beyond the limit. */
const OUTPUT_RESERVE = 4096;
const INPUT_SIZE = 2 * FRAME_MOST;
const OUTPUT_SIZE = 4 * FRAME_MOST;

/** A channel. Its input waits in a buffer of its own, from STDIN_START to STDIN_END. */
const CHANNEL = fields('CHANNEL', [
  // FREE, RUNNING, or ENDED: its process has ended and its output is still being sent.
  ['CH_STATE', 4],
  // The host's; 0 when the host of then was replaced.
  ['CH_NUMBER', 4],
  // The shell's, and its process group's; 0 for a file.
  ['CH_PID', 4],
  ['CH_STATUS', 4],
  // Descriptors are -1 when they are closed.
  ['CH_STDIN', 4],
  // Whether STDIN_END came.
  ['CH_STDIN_ENDED', 4],
  ['CH_STDIN_START', 4],
  ['CH_STDIN_END', 4],
  ['CH_OUT', 20],
  ['CH_ERR', 20],
]);

/** An output of a channel. */
const STREAM = fields('STREAM', [
  ['ST_FD', 4],
  // The type of its frames.
  ['ST_TYPE', 4],
  // The system call that reads it.
  ['ST_CALL', 4],
  // Bytes that the host still takes, and once the process has ended, bytes still to be sent.
  ['ST_CREDIT', 4],
  ['ST_LEFT', 4],
]);

/** What there is once; gp points there. */
const GLOBALS = fields('GLOBALS', [
  ['G_PORT', 4],
  ['G_SIGNALS', 4],
  ['G_NULL', 4],
  // Whether a SYNC was seen, and frames since.
  ['G_SYNCED', 4],
  // Whether the port is to be left alone for a moment: the host's end is not there.
  ['G_PAUSED', 8],
  ['G_INPUT_LENGTH', 8],
  ['G_OUTPUT_START', 8],
  ['G_OUTPUT_END', 8],
  ['G_ARGUMENTS_LENGTH', 8],
  // Whether there were more than have room.
  ['G_ARGUMENTS_LOST', 8],
  ['G_POLLS', 8],
  // Read and write ends of a command's three pipes.
  ['G_PIPES', 24],
  // What a child failed with before it became a shell.
  ['G_CHILD_ERRNO', 8],
  ['G_CHILD_STEP', 8],
  ['G_STATUS', 8],
  ['G_ARGV', 32],
]);

/** What the program has in memory behind its own bytes; Linux gives it as zeros when it is touched. */
const AREAS: readonly (readonly [string, number])[] = [
  ['globals', GLOBALS.size],
  ['zeros', 64],
  ['signal_record', 128],
  ['channels', CHANNELS * CHANNEL.size],
  ['channels_end', 0],
  ['polls', 8 * POLLS],
  ['watchers', 32 * POLLS],
  ['environment', 8 * (ENVIRONMENT_MOST + 1)],
  ['arguments', ARGUMENTS_MOST],
  ['input', INPUT_SIZE],
  ['output', OUTPUT_SIZE],
  ['stdin_buffers', CHANNELS * STDIN_WINDOW],
  ['memory_end', 0],
];

/** Constants, to stand before the program. */
export const MEMORY = `${CHANNEL.text}${STREAM.text}${GLOBALS.text}
.equ FREE, 0
.equ RUNNING, 1
.equ ENDED, 2
.equ ENVIRONMENT_MOST, ${ENVIRONMENT_MOST}
.equ INPUT_SIZE, ${INPUT_SIZE}
# Nothing is produced beyond; one more frame and small ones have room there.
.equ OUTPUT_LIMIT, ${OUTPUT_SIZE - FRAME_MOST - OUTPUT_RESERVE}
# From a channel's offset in its table to its buffer's.
.equ BUFFER_FACTOR, ${STDIN_WINDOW / CHANNEL.size}
`;

/** The areas' addresses, to stand behind the program. */
export const AREA_ADDRESSES = `.align 4
program_end:
${layOut(AREAS)}`;

function layOut(areas: readonly (readonly [string, number])[]): string {
  let at = 0;
  let text = '';
  for (const [name, size] of areas) {
    text += `.equ ${name}, program_end + ${at}\n`;
    at += Math.ceil(size / 16) * 16;
  }
  return text;
}

/** Offsets of fields that follow each other, each aligned to its size up to 8; the size a power of 2. */
function fields(name: string, list: readonly (readonly [string, number])[]) {
  let at = 0;
  let text = '';
  for (const [field, size] of list) {
    const alignment = size % 8 === 0 ? 8 : 4;
    at = Math.ceil(at / alignment) * alignment;
    text += `.equ ${field}, ${at}\n`;
    at += size;
  }
  const size = 2 ** Math.ceil(Math.log2(at));
  return { size, text: `${text}.equ ${name}_SIZE, ${size}\n` };
}
