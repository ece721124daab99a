import type { GuestProgram } from '../programs/program.js';

/** What one run of a program took. */
export interface ProgramRun {
  /** From start to end; what an engine needs for starting and ending is the same in each run. */
  readonly seconds: number;
  /** Instructions retired, where the engine counts them. */
  readonly instructions?: number;
}

/** Something that runs guest programs: an engine of this project, or a peer. */
export interface ProgramEngine {
  readonly name: string;
  /**
   * Runs a program once, to its end.
   *
   * @param passes at least 1
   * @throws WrongResultError if the program found its own result wrong; UnavailableError if the engine
   * is not there
   */
  run(program: GuestProgram, passes: number): Promise<ProgramRun>;
}
