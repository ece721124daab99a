import { describe, expect, it } from 'vitest';
import { checkGuestName, type GuestManifest, parseManifest } from './manifest.js';

const MANIFEST: GuestManifest = {
  format: 1,
  name: 'web',
  created: '2026-01-02T03:04:05.000Z',
  suite: 'trixie',
  include: ['nginx-light'],
  packages: [{ name: 'nginx-light', version: '1.26-1' }],
  kernel: '6.12.1-riscv64',
  append: 'console=ttyS0',
  size: 2 ** 31,
  used: 2 ** 20,
};

describe('parseManifest', () => {
  it('reads what was written', () => {
    expect(parseManifest(JSON.stringify(MANIFEST), 'web')).toEqual(MANIFEST);
    const more = { ...MANIFEST, files: ['/usr/local/bin/tool'] };
    expect(parseManifest(JSON.stringify(more), 'web')).toEqual(more);
  });

  it.each([
    ['{', 'it is no JSON'],
    ['null', 'it is no object'],
    [JSON.stringify({ ...MANIFEST, format: 2 }), 'its format is 2, not 1'],
    [JSON.stringify({ ...MANIFEST, name: 'other' }), 'a field is missing'],
    [JSON.stringify({ ...MANIFEST, packages: [{ name: 'x' }] }), 'a field is missing'],
    [JSON.stringify({ ...MANIFEST, files: [1] }), 'a field is missing'],
    [JSON.stringify({ ...MANIFEST, created: 'yesterday' }), 'a field is missing'],
  ])('refuses %s', (text, why) => {
    expect(() => parseManifest(text, 'web')).toThrow(
      `the manifest of guest 'web' is damaged: ${why}`,
    );
  });
});

describe('checkGuestName', () => {
  it.each(['web', '2', 'web-2'])('takes %s', (name) => {
    expect(() => checkGuestName(name)).not.toThrow();
  });

  it.each(['', '../web', 'Web', '-web', '.web', 'a b', 'debian', 'x'.repeat(64)])(
    'refuses "%s"',
    (name) => {
      expect(() => checkGuestName(name)).toThrow(expect.objectContaining({ code: 'guest-name' }));
    },
  );
});
