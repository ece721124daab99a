import { ROWS } from '../../isa/table.js';

/** What the campaigns have executed. */
export class Coverage {
  private readonly rows = new Map<string, number>();
  private readonly causes = new Map<bigint, number>();
  instructions = 0;

  row(name: string, times = 1): void {
    this.rows.set(name, (this.rows.get(name) ?? 0) + times);
    this.instructions += times;
  }

  cause(cause: bigint): void {
    this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1);
  }

  /** Rows of the table that ran less than `least` times. */
  rowsBelow(least: number): string[] {
    return ROWS.map(({ name }) => name).filter((name) => (this.rows.get(name) ?? 0) < least);
  }

  /** Those of `causes` that no program met. */
  causesMissing(causes: readonly bigint[]): bigint[] {
    return causes.filter((cause) => !this.causes.has(cause));
  }

  report(): string {
    const causes = [...this.causes.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const told = causes.map(([cause, times]) => {
      const interrupt = cause >> 63n === 1n;
      return `${interrupt ? 'interrupt ' : ''}${cause & 0xffn}: ${times}`;
    });
    return [
      `instructions compared: ${this.instructions}`,
      `rows executed: ${ROWS.length - this.rowsBelow(1).length} of ${ROWS.length}`,
      `trap causes: ${told.join(', ')}`,
    ].join('\n');
  }
}
