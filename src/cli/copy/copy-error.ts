import { HartwoodError } from '../../core/errors.js';
import { fileTrouble } from '../input-file.js';

/** A file of this machine cannot be copied. */
export class CopyError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('copy', message, options);
  }
}

/** Runs a task on a file of this machine. @throws CopyError that names the file */
export async function onFile<T>(path: string, verb: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    if (cause instanceof HartwoodError) throw cause;
    throw new CopyError(`'${path}' cannot be ${verb}: ${fileTrouble(cause)}`, { cause });
  }
}
