/**
 * The signed root of a suite (`InRelease`): it names the hash of each index, and is what all trust in
 * a mirror hangs on.
 */
import { type PublicKey, readCleartextMessage, readKeys, verify } from 'openpgp';
import { GuestError } from '../errors.js';
import { parseStanza } from './deb822.js';

/**
 * Fingerprints of the keys that sign Debian 13's archive. Wherever a key comes from, this is what
 * makes it trustworthy.
 */
export const ARCHIVE_KEYS: readonly string[] = [
  // Debian Archive Automatic Signing Key (13/trixie)
  '04b54c3cdca79751b16bc6b5225629df75b188bd',
  // Debian Archive Automatic Signing Key (12/bookworm)
  'b8b80b5b623eab6ad8775c45b7c5d7d6350947f8',
  // Debian Stable Release Key (13/trixie)
  '41587f7db8c774bccf131416762f67a0b2c39de4',
];

/** A suite's indices. */
export interface Release {
  readonly codename: string;
  /** By path below the suite's folder; sizes in bytes. */
  readonly files: ReadonlyMap<string, { readonly sha256: string; readonly size: number }>;
}

/** The keys among those of some binary keyrings that have a pinned fingerprint. */
export async function pinnedKeys(
  keyrings: readonly Uint8Array[],
  fingerprints: readonly string[] = ARCHIVE_KEYS,
): Promise<PublicKey[]> {
  const pinned = new Map<string, PublicKey>();
  for (const binaryKeys of keyrings) {
    // One foreign or damaged keyring does not make the others worse.
    const keys = await readKeys({ binaryKeys }).catch(() => []);
    for (const key of keys) {
      const fingerprint = key.getFingerprint();
      if (fingerprints.includes(fingerprint)) pinned.set(fingerprint, key);
    }
  }
  return [...pinned.values()];
}

/**
 * The text that is signed, if one of the keys signed it. Nothing outside the signed part is returned.
 *
 * @throws GuestError `guest-signature`
 */
export async function verifyInRelease(text: string, keys: readonly PublicKey[]): Promise<string> {
  const complaint = 'the index of the Debian mirror (InRelease)';
  try {
    const message = await readCleartextMessage({ cleartextMessage: text });
    const { data, signatures } = await verify({ message, verificationKeys: [...keys] });
    const results = await Promise.allSettled(signatures.map(({ verified }) => verified));
    if (results.some(({ status }) => status === 'fulfilled')) return data;
  } catch (cause) {
    throw new GuestError('guest-signature', `${complaint} is not a signed message`, { cause });
  }
  throw new GuestError(
    'guest-signature',
    `${complaint} has no valid signature by a Debian archive key that this version trusts`,
  );
}

/** Parses an `InRelease` without regard to its signature: nothing that follows from it is trustworthy. */
export async function readUnverified(text: string, codename: string): Promise<Release> {
  const message = await readCleartextMessage({ cleartextMessage: text }).catch((cause) => {
    const complaint = 'the index of the Debian mirror (InRelease) is not a signed message';
    throw new GuestError('guest-signature', complaint, { cause });
  });
  return parseRelease(message.getText(), codename);
}

/**
 * Parses a `Release`.
 *
 * @throws GuestError `guest-signature` if it is another suite's, or no longer valid at `now`
 */
export function parseRelease(text: string, codename: string, now = new Date()): Release {
  const stanza = parseStanza(text);
  const actual = stanza.get('codename');
  if (actual !== codename) {
    const message = `the Debian mirror's index is of suite ${actual}, not of ${codename}`;
    throw new GuestError('guest-signature', message);
  }
  const validUntil = stanza.get('valid-until');
  if (validUntil !== undefined && !(Date.parse(validUntil) > now.getTime())) {
    const message = `the Debian mirror's index was valid until ${validUntil}; the mirror is stale`;
    throw new GuestError('guest-signature', message);
  }
  const files = new Map<string, { sha256: string; size: number }>();
  for (const line of (stanza.get('sha256') ?? '').split('\n')) {
    const [, sha256, size, path] = /^([0-9a-f]{64}) +(\d+) +(\S+)$/.exec(line) ?? [];
    if (sha256 !== undefined && path !== undefined) files.set(path, { sha256, size: Number(size) });
  }
  return { codename, files };
}
