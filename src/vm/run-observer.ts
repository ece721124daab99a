import type { ExitReason } from '../core/exit-reason.js';

/** What a run loop may be at, in the order in which reports show it. */
export const RUN_PHASES = [
  /** Inside the core. */
  'core',
  /** In the observer itself. */
  'observer',
  /** Serves exits, carries bytes of the UART, keeps count. */
  'exits',
  /** In back ends of virtio devices, up to where they first wait for something. */
  'devices',
  /** Waits for back ends to answer: under a virtual clock always, else at the end. */
  'answers',
  /** Waits for those who read the consoles. */
  'readers',
  /** The event loop has its turn: the embedder's code, and back ends that go on after they waited. */
  'events',
  /** The guest waits for an interrupt. */
  'idle',
  /** Stands for a debugger. */
  'debugger',
] as const;
export type RunPhase = (typeof RUN_PHASES)[number];

/** Follows a run loop. The loop has the cost of it only while there is one. */
export interface RunObserver {
  /**
   * Gives the VM its steps: calls `run` once or more, `budget` steps in sum at most, until all are taken
   * or a call ends otherwise than with its budget. Returns what the last call ended with.
   */
  run(budget: bigint, run: (steps: bigint) => ExitReason): ExitReason;
  /** The loop turns to something else; undefined: it has ended. */
  enter(phase: RunPhase | undefined): void;
}
