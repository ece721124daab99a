import { ROWS } from '../../isa/table.js';

const INTERRUPT = 1n << 63n;

/**
 * Causes that the campaigns must meet: all synchronous ones without H (Privileged 3.1.15), and the software,
 * timer and supervisor's external interrupts.
 */
export const CAUSES: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 11n, 12n, 13n, 15n],
  ...[1n, 3n, 5n, 7n, 9n].map((interrupt) => INTERRUPT | interrupt),
];

/** What the campaigns have executed. */
export class Coverage {
  private readonly rows = new Map<string, number>();
  private readonly causes = new Map<bigint, number>();

  row(name: string, times = 1): void {
    this.rows.set(name, (this.rows.get(name) ?? 0) + times);
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
      const interrupt = (cause & INTERRUPT) !== 0n;
      return `${interrupt ? 'interrupt ' : ''}${cause & 0xffn}: ${times}`;
    });
    return [
      `rows executed: ${ROWS.length - this.rowsBelow(1).length} of ${ROWS.length}`,
      `trap causes: ${told.join(', ')}`,
    ].join('\n');
  }
}
