import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** Whether `--no-color` stands on the command line, wherever it does: help is printed while it is read. */
const refused = beforeDashes(process.argv).includes('--no-color');

/** Arguments that can be options: those before `--`. */
export function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

/** Whether a stream is a terminal that shows colours and nobody refused them (NO_COLOR, TERM=dumb). */
export function hasColours(stream: WriteStream): boolean {
  return stream.isTTY === true && !refused && stream.hasColors();
}

/** Text in bold for a stream, if it has colours. */
export function bold(text: string, stream: WriteStream): string {
  return hasColours(stream) ? styleText('bold', text, { validateStream: false }) : text;
}

/** Text in red for a stream, if it has colours. */
export function red(text: string, stream: WriteStream): string {
  return hasColours(stream) ? styleText('red', text, { validateStream: false }) : text;
}
