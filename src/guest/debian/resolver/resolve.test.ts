import { describe, expect, it } from 'vitest';
import { streamOf } from '../../byte-reader.js';
import { PackageIndex } from '../packages.js';
import { resolvePackages } from './resolve.js';

/** An index of packages, each a name with its fields, `Version: 1` if not said. */
function indexOf(packages: Record<string, string>): Promise<PackageIndex> {
  const stanzas = Object.entries(packages).map(([name, fields]) =>
    [
      `Package: ${name}`,
      ...(fields.includes('Version: ') ? [] : ['Version: 1']),
      ...fields.split('; ').filter((field) => field !== ''),
      `Filename: pool/${name}.deb\nSize: 1\nSHA256: ${'0'.repeat(64)}`,
    ].join('\n'),
  );
  return PackageIndex.read(streamOf(new TextEncoder().encode(stanzas.join('\n\n'))), () => true);
}

async function resolved(
  packages: Record<string, string>,
  names: string,
  options: { recommends?: boolean } = {},
): Promise<string> {
  const found = resolvePackages(await indexOf(packages), names.split(' '), options);
  return found.map(({ name }) => name).join(' ');
}

describe('resolvePackages', () => {
  it('puts each package behind those it depends on', async () => {
    const packages = {
      web: 'Pre-Depends: pre; Depends: lib:any',
      lib: 'Depends: c',
      c: '',
      pre: '',
    };
    expect(await resolved(packages, 'web c')).toBe('pre c lib web');
  });

  it('takes packages that depend on each other', async () => {
    expect(await resolved({ a: 'Depends: b', b: 'Depends: a' }, 'a')).toBe('b a');
  });

  it('takes the first alternative that can be had, or one that is wanted anyway', async () => {
    const packages = { a: 'Depends: none | b (>= 2) | c | d', b: '', c: '', d: '' };
    expect(await resolved(packages, 'a')).toBe('c a');
    expect(await resolved(packages, 'a d')).toBe('d a');
  });

  it('takes the provider of the highest priority, then the first by name', async () => {
    const packages = {
      a: 'Depends: mail',
      z: 'Provides: mail; Priority: optional',
      y: 'Provides: mail; Priority: optional',
      x: 'Provides: other, mail; Priority: extra',
    };
    expect(await resolved(packages, 'a')).toBe('y a');
  });

  it('compares versions, also of what is provided', async () => {
    const packages = {
      a: 'Depends: api (>= 1.10)',
      b: 'Provides: api (= 1.9)',
      c: 'Provides: api',
      d: 'Provides: api (= 1:1.2)',
    };
    expect(await resolved(packages, 'a')).toBe('d a');
  });

  it('goes another way round a conflict', async () => {
    const packages = {
      a: 'Depends: x | y',
      x: 'Depends: x-lib',
      'x-lib': 'Breaks: base (<< 2)',
      y: '',
      base: '',
    };
    expect(await resolved(packages, 'base a')).toBe('base y a');
  });

  it('lets a package conflict with the name that it provides itself', async () => {
    const packages = { a: 'Provides: mta; Conflicts: mta', b: 'Provides: mta' };
    expect(await resolved(packages, 'a')).toBe('a');
    await expect(resolved(packages, 'a b')).rejects.toThrow(
      'package b cannot be had: a conflicts with b, which provides mta',
    );
  });

  it('takes recommended packages if that is wanted and possible', async () => {
    const packages = { a: 'Recommends: b, none, c', b: '', c: 'Conflicts: a' };
    expect(await resolved(packages, 'a')).toBe('a');
    expect(await resolved(packages, 'a', { recommends: true })).toBe('a b');
  });

  it('names what cannot be fulfilled, and for whom', async () => {
    await expect(resolved({ a: 'Depends: b (>= 2) | c', b: '' }, 'a')).rejects.toThrow(
      'package a cannot be had: a depends on b (>= 2) | c, which the suite does not have',
    );
  });

  it('offers names near one that is none', async () => {
    const packages = { nginx: '', 'nginx-light': '', python3: '' };
    const failing = resolved(packages, 'ngnix');
    await expect(failing).rejects.toMatchObject({ code: 'guest-package' });
    await expect(failing).rejects.toThrow("no package 'ngnix'; near it are nginx");
  });

  it('takes the only provider of a name, and asks which of several', async () => {
    const packages = { a: 'Provides: one, two', b: 'Provides: two' };
    expect(await resolved(packages, 'one')).toBe('a');
    await expect(resolved(packages, 'two')).rejects.toThrow('provided by several packages: a, b');
  });
});
