import { type TranslateRequest, translateWords } from '../../debug/translate-words.js';
import { askMachine } from '../asked-machine.js';
import type { TranslateOptions } from './options.js';

/**
 * `hartwood translate`: prints the walk that a machine answers with.
 *
 * @throws ConfigurationError for wrong options, and if there is no such machine or hart; ImageError for a
 * wrong file of `--symbols`; the signal's reason
 */
export async function translateAddress(
  word: string,
  options: TranslateOptions,
  signal: AbortSignal,
): Promise<void> {
  const { access, regime, json = false } = options;
  const asked: Omit<TranslateRequest, 'address'> = {
    access,
    json,
    ...(regime === undefined ? {} : { regime }),
  };
  const words = (address: string) => translateWords({ address, ...asked });
  process.stdout.write(await askMachine(word, options, words, signal));
}
