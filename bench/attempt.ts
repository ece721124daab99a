import type { Sink } from './benchmark.js';
import { UnavailableError } from './errors.js';
import type { AbsentRow } from './row.js';

/**
 * Measures one engine's part of a benchmark. When something is not available that becomes an absent row, and
 * the benchmark goes on with the next engine; any other error is passed on.
 */
export async function attempt(
  subject: Omit<AbsentRow, 'reason'>,
  sink: Sink,
  measure: () => Promise<void>,
): Promise<void> {
  sink.progress(`${subject.group}/${subject.name} ${subject.engine}`);
  try {
    await measure();
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    sink.absent({ ...subject, reason: error.message });
  }
}
