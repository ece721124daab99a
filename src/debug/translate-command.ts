import { CSR_NUMBERS } from '../../isa/csrs.js';
import { X_NUMBERS } from '../../isa/notation.js';
import { REGIMES, type Regime } from '../core/abi.js';
import { ConfigurationError, HartwoodError } from '../core/errors.js';
import type { Debugger } from '../vm/debugger.js';
import type { Access, WalkOptions } from '../vm/walk/walk.js';
import { numberOf } from './hex.js';
import { type AddressNames, symbolAddress } from './symbol-address.js';
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
    else throw new ConfigurationError(`translate has no use for '${word}'`);
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

function hartOf(word = ''): number {
  if (/^\d{1,4}$/.test(word)) return Number(word);
  throw new ConfigurationError(`'${word}' is no number of a hart; they count from 0`);
}

/** A number in hexadecimal, a name, or the value of a register: `a0` is the register, and 0xa0 the number. */
async function addressOf(
  target: Debugger,
  symbols: AddressNames,
  hart: number,
  word: string,
): Promise<bigint> {
  const isRegister = word === 'pc' || X_NUMBERS.has(word) || CSR_NUMBERS.has(word);
  if (isRegister) return target.readRegister(hart, word);
  // A number that can be nothing else is not looked for among the names.
  const number = numberOf(word.replace(/^0x/i, ''));
  const address = /^0x/i.test(word) ? number : (symbolAddress(word, symbols) ?? number);
  if (address !== undefined) return address;
  throw new ConfigurationError(
    `'${word}' is no address; right would be up to 16 hexadecimal digits, as in ` +
      '0xffffffff80000000, or a register, as in pc, sp, stval, or a name that the guest has of itself',
  );
}

/** Values of 64 bits, for JSON. */
function hexadecimal(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}
