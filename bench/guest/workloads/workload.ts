import type { BenchMachine } from '../../machines/machine.js';

/** Something that a command in the guest does, as much of it as it is told. */
export interface Workload {
  readonly name: string;
  /** What is counted, by the second. */
  readonly unit: string;
  /** How much of `unit` one piece of the work is. */
  readonly piece: number;
  /** Brings what the command needs into a guest. */
  prepare(machine: BenchMachine): Promise<Work>;
}

/** A workload in one guest. */
export interface Work {
  /** The command that does so many pieces, at least 1. */
  command(pieces: number): string;
  /** What it must print. */
  expected(pieces: number): string;
  /** Looks at what it has left behind, when its time is taken. @throws WrongResultError */
  check?(pieces: number): Promise<void>;
}

/** The guest's folder with all that workloads need; not on a disk. */
export const FOLDER = '/tmp/bench';
