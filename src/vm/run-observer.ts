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

/**
 * Runs the VM for so many steps at most. A real clock's time is taken anew, or if it is `still` that of the
 * call before: a timer that is due by it would come before the first of these steps.
 */
export type RunSteps = (steps: bigint, still?: boolean) => ExitReason;

/** Follows a run loop. The loop has the cost of it only while there is one. */
export interface RunObserver {
  /**
   * Gives the VM its steps: calls `run` once or more, `budget` steps in sum at most, until all are taken
   * or a call ends otherwise than with its budget. Returns what the last call ended with.
   */
  run(budget: bigint, run: RunSteps): ExitReason;
  /** The loop turns to something else; undefined: it has ended. */
  enter(phase: RunPhase | undefined): void;
}
