import { ConfigurationError } from '../core/errors.js';

/** What a name is the name of, if it is one. */
export interface AddressNames {
  get(name: string): bigint | undefined;
}

/** Bits of an address. */
const BITS = 64;

/**
 * The address of `NAME` or `NAME+OFFSET`; undefined for what names none.
 *
 * @throws ConfigurationError for an offset from a name that there is not, or one that is no number
 */
export function symbolAddress(word: string, names: AddressNames): bigint | undefined {
  const exact = names.get(word);
  if (exact !== undefined) return exact;
  const plus = word.lastIndexOf('+');
  if (plus < 0) return undefined;
  const name = word.slice(0, plus);
  const offset = word.slice(plus + 1);
  const address = names.get(name);
  if (address === undefined) throw new ConfigurationError(`the symbols have no '${name}'`);
  if (!/^(0x[0-9a-f]{1,16}|\d{1,15})$/i.test(offset)) {
    throw new ConfigurationError(
      `'${offset}' is no offset; right would be a number, as in ${name}+0x1c`,
    );
  }
  return BigInt.asUintN(BITS, address + BigInt(offset));
}
