import { createCleartextMessage, generateKey, type PrivateKey, readKey, sign } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseRelease, pinnedKeys, verifyInRelease } from './release.js';

const RELEASE = `Origin: Debian
Suite: stable
Codename: trixie
SHA256:
 ${'a'.repeat(64)}     1234 main/binary-riscv64/Packages.xz
 ${'b'.repeat(64)}  9999999 main/Contents-all
`;

let archive: PrivateKey;
let stranger: PrivateKey;

async function newKey(name: string): Promise<PrivateKey> {
  return (await generateKey({ userIDs: [{ name }], format: 'object' })).privateKey;
}

async function signed(key: PrivateKey, text = RELEASE): Promise<string> {
  const message = await createCleartextMessage({ text });
  return await sign({ message, signingKeys: key });
}

const ring = (key: PrivateKey): Uint8Array => key.toPublic().write();
const trusted = (...rings: Uint8Array[]) => pinnedKeys(rings, [archive.getFingerprint()]);

beforeAll(async () => {
  [archive, stranger] = await Promise.all([newKey('archive'), newKey('stranger')]);
});

describe('an InRelease', () => {
  it('is accepted with the signature of a pinned key', async () => {
    const text = await verifyInRelease(await signed(archive), await trusted(ring(archive)));
    expect(parseRelease(text, 'trixie').files.get('main/binary-riscv64/Packages.xz')).toEqual({
      sha256: 'a'.repeat(64),
      size: 1234,
    });
  });

  it('is refused when one letter was changed', async () => {
    const tampered = (await signed(archive)).replace('aaaa', 'aaab');
    const verified = verifyInRelease(tampered, await trusted(ring(archive)));
    await expect(verified).rejects.toMatchObject({ code: 'guest-signature' });
  });

  it('yields nothing of what stands around the signed part', async () => {
    const surrounded = `Codename: forged\n\n${await signed(archive)}\nCodename: forged\n`;
    const verified = verifyInRelease(surrounded, await trusted(ring(archive))).catch(() => '');
    expect(await verified).not.toContain('forged');
  });

  it('is refused with the signature of a key that is not pinned', async () => {
    expect(await trusted(ring(stranger))).toEqual([]);
    const keys = await trusted(ring(stranger), ring(archive));
    const verified = verifyInRelease(await signed(stranger), keys);
    await expect(verified).rejects.toMatchObject({ code: 'guest-signature' });
  });

  it('is refused without a signature', async () => {
    const verified = verifyInRelease(RELEASE, await trusted(ring(archive)));
    await expect(verified).rejects.toThrow(/not a signed message/);
  });

  it('may be checked with keys from a ring that has others, beside a damaged ring', async () => {
    const both = new Uint8Array([...ring(stranger), ...ring(archive)]);
    const keys = await trusted(new Uint8Array([1, 2, 3]), both);
    expect(keys.map((key) => key.getFingerprint())).toEqual([archive.getFingerprint()]);
    expect(await readKey({ binaryKey: ring(archive) })).toBeDefined();
  });
});

describe('parseRelease', () => {
  it('refuses another suite', () => {
    expect(() => parseRelease(RELEASE, 'forky')).toThrow(/suite trixie, not of forky/);
  });

  it('refuses an index that is out of date', () => {
    const text = `Valid-Until: Sat, 01 Nov 2025 00:00:00 UTC\n${RELEASE}`;
    const day = (date: string): Date => new Date(date);
    expect(parseRelease(text, 'trixie', day('2025-10-31')).codename).toBe('trixie');
    expect(() => parseRelease(text, 'trixie', day('2025-11-02'))).toThrow(/mirror is stale/);
  });
});
