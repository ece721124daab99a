import { REGIMES, type Regime } from '../core/abi.js';
import { ConfigurationError, HartwoodError } from '../core/errors.js';
import type { Debugger } from '../vm/debugger.js';
import type { Access, WalkOptions } from '../vm/walk/walk.js';
import { addressOf, hartOf } from './place-words.js';
import type { AddressNames } from './symbol-address.js';
import { ACCESSES, ERROR_MARK, MODES, REGIME_MODES } from './translate-words.js';
import { walkFigure } from './walk-figure.js';

/**
 * Answers `translate ADDRESS [--access ACCESS] [--regime MODE] [--hart N] [--json]` by a walk of the tables of
 * `selected`, or of the hart that is named: as a figure, or as one line of JSON. What it cannot do it says in
 * a line behind `ERROR_MARK`.
 */
export async function translate(
  target: Debugger,
  symbols: AddressNames,
  selected: number,
  words: readonly string[],
): Promise<string> {
  try {
    const { hart, address, options, json } = await parse(target, symbols, selected, words);
    const walk = await target.walk(hart, address, options);
    return json ? `${JSON.stringify(walk, hexadecimal)}\n` : walkFigure(walk);
  } catch (error) {
    if (!(error instanceof HartwoodError)) throw error;
    return `${ERROR_MARK}${error.message}\n`;
  }
}

async function parse(
  target: Debugger,
  symbols: AddressNames,
  selected: number,
  words: readonly string[],
) {
  const options: { access?: Access; regime?: Regime } = {};
  let json = false;
  let hart = selected;
  let place: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--json') json = true;
    else if (word === '--access') options.access = accessOf(words[++at]);
    else if (word === '--regime') options.regime = regimeOf(words[++at]);
    else if (word === '--hart') hart = hartOf(words[++at]);
    else if (place === undefined && !word.startsWith('-')) place = word;
    else {
      throw new ConfigurationError(
        `translate has no use for '${word}'; right would be an address, ` +
          '--access read|write|fetch, --regime MODE, --hart N, --json',
      );
    }
  }
  if (place === undefined) {
    throw new ConfigurationError('translate needs an address, as in 0xffffffff80000000');
  }
  const parsed: { hart: number; address: bigint; options: WalkOptions; json: boolean } = {
    hart,
    address: await addressOf(target, symbols, hart, place),
    options,
    json,
  };
  return parsed;
}

function accessOf(word = ''): Access {
  const access = ACCESSES.find((name) => name === word);
  if (access !== undefined) return access;
  throw new ConfigurationError(
    `there is no access '${word}'; right would be ${ACCESSES.join(', ')}`,
  );
}

function regimeOf(word = ''): Regime {
  const mode = word.toUpperCase();
  const regime = REGIMES.find((name) => REGIME_MODES[name] === (mode === 'HS' ? 'S' : mode));
  if (regime !== undefined) return regime;
  throw new ConfigurationError(`there is no mode '${word}'; right would be ${MODES.join(', ')}`);
}

/** Values of 64 bits, for JSON. */
function hexadecimal(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}
