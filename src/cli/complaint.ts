import { HartwoodError } from '../core/errors.js';
import { beforeDashes, red } from './colours.js';

/** Whether `--json` stands on the command line: errors in the command line itself heed it, too. */
const asJson = beforeDashes(process.argv).includes('--json');

/**
 * Says on standard error why the process ends with `status`: one line for people, or with --json one
 * line of JSON. HARTWOOD_DEBUG adds where it happened.
 */
export function complain(error: unknown, status: number): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof HartwoodError ? error.code : 'internal';
  writeComplaint(code, message, status);
  if (process.env.HARTWOOD_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
    if (error.cause !== undefined) process.stderr.write(`caused by: ${String(error.cause)}\n`);
  }
}

/** The same for what is no error of the library; `code` is stable and meant for programs. */
export function writeComplaint(code: string, message: string, status: number): void {
  if (asJson) process.stderr.write(`${JSON.stringify({ error: { code, message, status } })}\n`);
  else process.stderr.write(`${red('hartwood:', process.stderr)} ${message}\n`);
}
