import type { Sink } from './benchmark.js';
import { isPeer } from './engines/names.js';
import { UnavailableError, WrongResultError } from './errors.js';
import type { AbsentRow } from './row.js';

/**
 * Measures one engine's part of a benchmark, if it was asked for. What goes wrong becomes an absent row, and
 * the benchmark goes on with the next engine. A wrong result, and an engine of this project that
 * is there and fails, is besides a failure of the run; a peer's fault is not.
 */
export async function attempt(
  subject: Omit<AbsentRow, 'reason'>,
  sink: Sink,
  measure: () => Promise<void>,
): Promise<void> {
  const { group, name, engine } = subject;
  if (!sink.wants(subject)) return;
  sink.progress(`${group}/${name} ${engine}`);
  try {
    await measure();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    sink.absent({ group, name, engine, reason });
    const excused = error instanceof UnavailableError || isPeer(engine);
    if (error instanceof WrongResultError || !excused) {
      sink.failure(`${group}/${name} failed on ${engine}: ${reason}`);
    }
  }
}
