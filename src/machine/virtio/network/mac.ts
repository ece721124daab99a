import { ConfigurationError } from '../../../core/errors.js';
import { MAC_SIZE } from './protocol.js';

/** Bits of an address's first byte (IEEE 802, 8.2.2): whether it is a group's, and whether it was assigned here. */
const GROUP = 1;
const LOCAL = 2;

/** A locally administered address of one card, made of the first six of `bytes`. */
export function localMac(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const mac = Uint8Array.from(bytes.subarray(0, MAC_SIZE));
  mac[0] = ((mac[0] ?? 0) & ~GROUP) | LOCAL;
  return mac;
}

/** As people write it: '02:00:5e:10:00:01'. */
export function formatMac(mac: Uint8Array): string {
  return [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** @throws ConfigurationError for what is no address of one card */
export function parseMac(text: string): Uint8Array<ArrayBuffer> {
  const words = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) ? text.split(':') : [];
  const mac = Uint8Array.from(words, (word) => Number.parseInt(word, 16));
  if (mac.length === MAC_SIZE && ((mac[0] ?? 0) & GROUP) === 0) return mac;
  throw new ConfigurationError(
    `'${text}' is no address of a network card; one would be '02:00:5e:10:00:01'`,
  );
}
