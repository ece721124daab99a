import { CSR_NUMBERS } from '../../isa/csrs.js';
import { X_NUMBERS } from '../../isa/notation.js';
import { ConfigurationError } from '../core/errors.js';
import type { Debugger } from '../vm/debugger.js';
import { numberOf } from './hex.js';
import { type AddressNames, symbolAddress } from './symbol-address.js';

/** What `--hart N` names. @throws ConfigurationError for what is no number */
export function hartOf(word = ''): number {
  if (/^\d{1,4}$/.test(word)) return Number(word);
  throw new ConfigurationError(`'${word}' is no number of a hart; they count from 0`);
}

/** A number in hexadecimal, a name, or the value of a register: `a0` is the register, and 0xa0 the number. @throws ConfigurationError */
export async function addressOf(
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
