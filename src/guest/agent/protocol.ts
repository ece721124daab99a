/**
 * What the host and the guest's agent say to each other, version 1: the one definition for both ends.
 * The agent (assembly, beside this file) and the host's end (src/vm/agent) derive from it.
 *
 * The line is any stream of bytes. A frame has a header of 8 bytes, a payload and an end mark, all
 * numbers little-endian:
 *
 * ```
 *   type u8 │ 0 u8 │ channel u16 │ payload's length u32 │ payload … │ END u8
 * ```
 *
 * A zero where a frame should begin is passed over. So whoever cannot know where the other's reading
 * stands (its frame may be half sent, by a predecessor) sends FRAME_MOST zeros: these fill up what was
 * begun, which then lacks its END and is dropped, and what follows is a frame's beginning to the other.
 *
 * ```
 *   agent                                  host
 *     │ zeros, HELLO(0) ────────────────────▶│ when the agent starts, or reads what is no frame
 *     │◀──────────────────────── SYNC(nonce) │ all channels of before are void
 *     │ HELLO(nonce) ───────────────────────▶│ from here on both read frames
 *     │◀────────── zeros, SYNC(other nonce) ─┤ when the host's end was replaced
 *     │ HELLO(other nonce) ─────────────────▶│
 *
 *     │◀──────────── ARGUMENTS…, OPEN(kind) ─┤ a channel, numbered by the host
 *     │◀──────────── STDIN…, STDIN_END ──────┤
 *     │ CREDIT, STDOUT…, STDERR… ───────────▶│
 *     │◀─────────────────────────── CREDIT ──┤
 *     │ EXIT, or FAILED ────────────────────▶│ the channel's number is free again
 * ```
 *
 * Before HELLO has answered its SYNC, the host drops what comes; before SYNC, so does the agent, which
 * looks for it byte by byte. After a SYNC the commands of before go on without anybody who listens:
 * their input ends, their output is dropped.
 *
 * Flow: each stream of a channel may have so many bytes under way as its window has, less what was
 * sent, plus what CREDIT gave back. A reader takes whatever comes within its window, so no stream can
 * hold up another one.
 *
 * An EXIT comes when the shell has ended and what its pipes held then was sent, even if a process
 * that it left behind still holds them; its status is 128 + n after signal n.
 */
export const VERSION = 1;

/** The port's name, by which the guest finds its device. */
export const AGENT_PORT = 'org.hartwood.agent';

/** 'HW-AGENT' as a little-endian number. */
export const MAGIC = 0x544e4547412d5748n;

export const HEADER_SIZE = 8;
/** A header, a payload and the end mark; Linux takes 32 KiB in one write to a virtio port. */
export const FRAME_MOST = 32 * 1024;
export const FRAME_END = 0x5a;
export const PAYLOAD_MOST = FRAME_MOST - HEADER_SIZE - 1;

/** Bytes of input that may wait in the agent, per channel. */
export const STDIN_WINDOW = 64 * 1024;
/** Bytes of each output that may be under way to its reader on the host. */
export const OUTPUT_WINDOW = 256 * 1024;
/** A stream with less credit rests: an entry of a directory must find room. */
export const CREDIT_LEAST = 512;
/** Bytes of arguments; Linux takes 128 KiB for one, the shell's command. */
export const ARGUMENTS_MOST = 256 * 1024;
/** Commands of a host at once, and files beside them: whoever waits for a file gets it. */
export const COMMANDS_MOST = 16;
export const FILES_MOST = 8;
/** Channels of the agent: room also for as many commands of before a SYNC. */
export const CHANNELS = 2 * COMMANDS_MOST + FILES_MOST;

/** Host to guest. */
export const ToGuest = {
  /** MAGIC u64, nonce u64. */
  SYNC: 1,
  /** Strings that end in zero, in pieces of any size; the next OPEN takes all. */
  ARGUMENTS: 2,
  /** Kind u32, detail u32. */
  OPEN: 3,
  STDIN: 4,
  STDIN_END: 5,
  /** Signal u32, for the command's whole process group. */
  KILL: 6,
  /** Frame type of the stream (STDOUT, STDERR) u32, bytes u32. */
  CREDIT: 7,
} as const;

/** Guest to host. */
export const ToHost = {
  /** MAGIC u64, nonce u64 or 0, VERSION u32. */
  HELLO: 0x81,
  STDOUT: 0x82,
  STDERR: 0x83,
  /** Bytes u32 that the command's input, or the file, has taken. */
  CREDIT: 0x84,
  /** Status u32. */
  EXIT: 0x85,
  /** Errno u32, step u32. */
  FAILED: 0x86,
  /** Nobody reads the input any more. */
  STDIN_CLOSED: 0x87,
} as const;

/** What a channel is, with its arguments and its detail. */
export const Kind = {
  /** Arguments: command, folder or '', environment. Detail 1: with an input. */
  COMMAND: 0,
  /** Argument: path. The file comes as STDOUT. */
  READ: 1,
  /** Argument: path. STDIN becomes the file; the detail is its mode, with MODE_WANTED if it is to be set anew. */
  WRITE: 2,
  /** Argument: path. Linux's `struct linux_dirent64` records come as STDOUT. */
  LIST: 3,
  /** Argument: path. A `struct statx` comes as STDOUT; detail 1: of a symbolic link itself. */
  STAT: 4,
  /** Argument: path. A symbolic link's target comes as STDOUT. */
  READ_LINK: 5,
  /**
   * Arguments: host name; the addresses of a network interface now, and from now on, a character of
   * 0x40 to 0x4f for each of their 24 digits; the time of day, in as many nanoseconds since 1970 as 16 such digits
   * say, 0 for the one it is. The status is the sum of what failed.
   */
  IDENTITY: 6,
} as const;

/** The host name could not be set; no interface had the address, or it could not be set; nor could the time. */
export const NAME_FAILED = 1;
export const ADDRESS_FAILED = 2;
export const TIME_FAILED = 4;

export const MODE_WANTED = 0x8000_0000;

/** Where a channel failed. */
export const Step = {
  /** All channels are taken by commands of before a SYNC. */
  CHANNEL: 1,
  ARGUMENTS: 2,
  PIPES: 3,
  PROCESS: 4,
  FOLDER: 5,
  SHELL: 6,
  OPEN: 7,
  READ: 8,
  WRITE: 9,
} as const;
