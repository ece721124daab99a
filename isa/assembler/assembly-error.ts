/** A line that the assembler cannot translate. The message names what was wrong, and the line. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';

  /**
   * @param line 1-based number of the source line
   * @param text the line as written, without surrounding space
   */
  constructor(
    readonly reason: string,
    readonly line: number,
    readonly text: string,
  ) {
    super(`line ${line}: ${reason}: ${text}`);
  }
}

/** What is wrong with a statement, before the assembler adds the line it stands in. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
}
