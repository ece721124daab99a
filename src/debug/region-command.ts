import { ConfigurationError, HartwoodError } from '../core/errors.js';
import type { Debugger } from '../vm/debugger.js';
import { addressOf, hartOf } from './place-words.js';
import { regionJson, regionListing } from './region-listing.js';
import type { AddressNames } from './symbol-address.js';
import { ERROR_MARK } from './translate-words.js';

/**
 * Answers `region ADDRESS [--eager] [--hart N] [--json]` by what the translator makes of the code there, for
 * `selected` or the hart that is named: as a listing, or as one line of JSON. What it cannot do it says in a line
 * behind `ERROR_MARK`.
 */
export async function region(
  target: Debugger,
  symbols: AddressNames,
  selected: number,
  words: readonly string[],
): Promise<string> {
  try {
    const asked = parse(selected, words);
    const address = await addressOf(target, symbols, asked.hart, asked.place);
    const found = await target.region(asked.hart, address, { eager: asked.eager });
    return asked.json ? regionJson(found) : regionListing(found);
  } catch (error) {
    if (!(error instanceof HartwoodError)) throw error;
    return `${ERROR_MARK}${error.message}\n`;
  }
}

function parse(selected: number, words: readonly string[]) {
  let [hart, eager, json] = [selected, false, false];
  let place: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--json') json = true;
    else if (word === '--eager') eager = true;
    else if (word === '--hart') hart = hartOf(words[++at]);
    else if (place === undefined && !word.startsWith('-')) place = word;
    else {
      throw new ConfigurationError(
        `region has no use for '${word}'; right would be an address, --eager, --hart N, --json`,
      );
    }
  }
  if (place === undefined) {
    throw new ConfigurationError('region needs an address, as in 0xffffffff80000000');
  }
  return { hart, place, eager, json };
}
