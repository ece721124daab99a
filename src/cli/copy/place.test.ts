import { describe, expect, it } from 'vitest';
import { lastName, parseCopyIn, parseCopyOut, parsePlace } from './place.js';
import { planCopy } from './plan.js';

describe('a place', () => {
  it.each([
    ['web:/etc', { kind: 'guest', guest: 'web', path: '/etc' }],
    ['web:notes', { kind: 'guest', guest: 'web', path: 'notes' }],
    ['web:', { kind: 'guest', guest: 'web', path: '.' }],
    ['web:/a:b', { kind: 'guest', guest: 'web', path: '/a:b' }],
    ['file', { kind: 'local', path: 'file' }],
    ['./a:b', { kind: 'local', path: './a:b' }],
    ['/srv/a:b', { kind: 'local', path: '/srv/a:b' }],
    ['-', { kind: 'stream' }],
  ])('%s', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });

  it('has a last name', () => {
    expect(['/srv/site/', 'a', '/'].map(lastName)).toEqual(['site', 'a', '']);
  });
});

describe('a copy', () => {
  it('of run has two paths', () => {
    expect(parseCopyIn('c:/src:/root')).toEqual({ from: 'c:/src', to: '/root' });
    expect(parseCopyOut('/root/x:a:b')).toEqual({ from: '/root/x', to: 'a:b' });
    expect(() => parseCopyIn('src')).toThrow(/--copy-in 'src' names no two paths/);
    expect(() => parseCopyOut(':x')).toThrow(/right would be PATH:FILE/);
    expect(() => parseCopyOut('/x:')).toThrow(/names no two paths/);
  });

  it('of cp goes into one guest or out of it', () => {
    expect(planCopy(['a', 'b', 'web:/srv'])).toEqual({
      guest: 'web',
      direction: 'in',
      from: ['a', 'b'],
      to: '/srv',
    });
    expect(planCopy(['web:/a', '-'])).toEqual({ guest: 'web', direction: 'out', from: ['/a'] });
    expect(planCopy(['-', 'web:/a'])).toMatchObject({ direction: 'in', from: [] });
  });

  it.each([
    [['web:/a'], /needs a source and a target/],
    [['a', 'b'], /names no guest; right would be 'cp FILE\.\.\. NAME:PATH'/],
    [['web:/a', 'db:/b'], /one guest, not with web and db/],
    [['web:/a', 'web:/b'], /into a guest or out of it/],
    [['a', 'web:/a', 'b'], /into a guest or out of it/],
    [['-', 'a', 'web:/b'], /'-' must be the only source/],
    [['web:/a', 'web:/b', '-'], /'-' takes one source/],
  ])('cannot be %s', (words, message) => {
    expect(() => planCopy(words)).toThrow(message);
  });
});
