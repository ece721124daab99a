import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resolveTranslation } from '../../src/core/translate/translation.js';

it('docs/library.md has the tunables that there are, and what each is if it is left out', () => {
  const page = readFileSync(new URL('../../docs/library.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('object\nof tunables'), page.indexOf('`host.translation`'));
  const documented = [...table.matchAll(/`(\w+)` \((\w+)\)/g)].map(([, name, value]) => [
    name,
    value === 'true' || value === 'false' ? value === 'true' : bytes(value),
  ]);
  expect(Object.fromEntries(documented)).toEqual(resolveTranslation({}));
});

/** A number, or a size such as 1M. */
function bytes(text = ''): number {
  return text.endsWith('M') ? Number(text.slice(0, -1)) << 20 : Number(text);
}
