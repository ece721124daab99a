/** Why the core returned; the numbers are the core's (assembly/vm/vm.ts), held by a test. */
export const ExitReason = {
  /** The steps given are spent. */
  Budget: 0,
  /** Every hart waits; only a timer or outside input can wake one. */
  Idle: 1,
  /** No frame was free for a page that the guest needs; nothing was done. */
  Memory: 2,
  /** A UART's output ring is more than half full. */
  Console: 3,
  /** The guest wrote `tohost`. */
  Htif: 4,
  /** Power off, by SBI or the test finisher. */
  Shutdown: 5,
  /** Reboot, by SBI or the test finisher. */
  Reset: 6,
  /** No hart is started and none can be. */
  Stopped: 7,
  /** The core found its state broken. */
  Internal: 8,
  /** A virtio queue or device wants its back end. */
  Doorbell: 9,
  /** A hart reached a breakpoint or is about to make an access that is watched. */
  Debug: 10,
  /** Hot code waits to be translated; the engine sees to it, and nobody above learns of it. */
  Translate: 11,
  /** A page that the guest needs is still where it was restored from; nothing was done. */
  Pages: 12,
} as const;

export type ExitReason = (typeof ExitReason)[keyof typeof ExitReason];

/** The reasons' names, by number, as summaries show them. */
export const EXIT_NAMES = [
  'budget',
  'idle',
  'memory',
  'console',
  'htif',
  'shutdown',
  'reset',
  'stopped',
  'internal',
  'doorbell',
  'debug',
  'translate',
  'pages',
] as const;

export type ExitName = (typeof EXIT_NAMES)[number];
