import { ConfigurationError } from '../core/errors.js';
import { symbolAddress } from '../debug/symbol-address.js';
import { ERROR_MARK } from '../debug/translate-words.js';
import { GdbClient } from '../node/gdb-client.js';
import { parseSymbols } from '../profile/symbol-file.js';
import { readInputFile } from './input-file.js';

/** Options of commands that ask a machine about an address, as they were written. */
export interface AskedOptions {
  readonly gdb: string;
  readonly hart: string;
  readonly symbols?: string;
  readonly json?: boolean;
}

const LOOPBACK = '127.0.0.1';

/**
 * What the monitor of a machine that `run --gdb` serves answers about an address.
 *
 * @param word an address, a register or a name
 * @param words what the monitor is to be asked, with the address put into it
 * @throws ConfigurationError for wrong options, and if there is no such machine or hart or it has no such answer;
 * ImageError for a wrong file of `--symbols`; the signal's reason
 */
export async function askMachine(
  word: string,
  options: AskedOptions,
  words: (address: string) => string,
  signal: AbortSignal,
): Promise<string> {
  const { host, port } = parsePlace(options.gdb);
  const hart = parseHart(options.hart);
  const address = await addressWord(word, options.symbols);
  using client = await GdbClient.open(host, port, signal);
  await selectHart(client, hart, signal);
  return answerOf(await client.monitor(words(address), signal), options.json);
}

/** An answer as it is to be printed. @throws ConfigurationError for one that says what was wrong */
export function answerOf(answer: string, json = false): string {
  if (answer.startsWith(ERROR_MARK)) {
    const [line = ''] = answer.slice(ERROR_MARK.length).split('\n', 1);
    throw new ConfigurationError(line);
  }
  return json ? jsonLine(answer) : answer;
}

/** @throws ConfigurationError for an answer that is no JSON, of a machine that is none of this version's */
function jsonLine(answer: string): string {
  try {
    return `${JSON.stringify(JSON.parse(answer))}\n`;
  } catch (cause) {
    throw new ConfigurationError("the machine's answer is no JSON", { cause });
  }
}

/** `PORT`, `HOST:PORT` or `[ADDRESS]:PORT`. */
function parsePlace(text: string): { readonly host: string; readonly port: number } {
  const [, address, name, digits] =
    /^(?:(?:\[([^\]\s]+)\]|([^:\s]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port === 0 || port > 65535) {
    throw new ConfigurationError(
      `--gdb '${text}' is no place; right would be PORT or HOST:PORT, as in 1234 or 127.0.0.1:1234`,
    );
  }
  return { host: address || name || LOOPBACK, port };
}

export function parseHart(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new ConfigurationError(`--hart '${text}' is no number of a hart; they count from 0`);
}

/** @throws ConfigurationError for what the monitor would take for something else */
export function checkAddress(word: string): void {
  if (word !== '' && !/\s/.test(word) && !word.startsWith('-')) return;
  throw new ConfigurationError(
    `'${word}' is no address; right would be one word, as in 0xffffffff80000000, pc or main`,
  );
}

/** The word that the server is to get. */
async function addressWord(word: string, file: string | undefined): Promise<string> {
  checkAddress(word);
  if (file === undefined) return word;
  const symbols = parseSymbols(await readInputFile(file, 'symbols'), `symbols '${file}'`);
  const address = symbolAddress(word, symbols.addresses);
  return address === undefined ? word : `0x${address.toString(16)}`;
}

/** @throws ConfigurationError if the machine has no such hart */
async function selectHart(client: GdbClient, hart: number, signal: AbortSignal): Promise<void> {
  if ((await client.ask(`Hg${(hart + 1).toString(16)}`, signal)) === 'OK') return;
  const threads = (await client.ask('qfThreadInfo', signal)).replace(/^m/, '').split(',');
  throw new ConfigurationError(
    `the machine has no hart ${hart}; right would be 0 to ${threads.length - 1}`,
  );
}
