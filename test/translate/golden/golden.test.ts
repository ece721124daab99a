import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { emittedText, FILES, fileOf } from './emitted-text.js';
import { SOURCES } from './sources.js';

/** What is emitted is what somebody looked at and accepted by `npm run golden:accept`. */
it.each([...SOURCES])('%s', async (name, source) => {
  const accepted = await readFile(fileOf(name), 'utf8');
  expect(await emittedText(source)).toBe(accepted);
});

it('is the same each time', async () => {
  const [source] = SOURCES.values();
  if (source === undefined) throw new Error('there are no regions');
  expect(await emittedText(source)).toBe(await emittedText(source));
});

it('has a region for each file', async () => {
  const names = (await readdir(FILES)).map((file) => file.replace(/\.txt$/, ''));
  expect(names.sort()).toEqual([...SOURCES.keys()].sort());
});
