import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parseModule } from '../../../isa/wasm/text/module.js';
import { moduleText } from '../../../isa/wasm/text/module-text.js';
import { readBodies } from '../text/read-text.js';
import { emittedRegion, emittedText, FILES, fileOf } from './emitted-text.js';
import { SOURCES } from './sources.js';

/** What is emitted is what somebody looked at and accepted by `npm run golden:accept`. */
it.each([...SOURCES])('%s', async (name, source) => {
  const accepted = await readFile(fileOf(name), 'utf8');
  expect(await emittedText(source)).toBe(accepted);
});

it('is a valid module, of whose code the text has each byte', async () => {
  for (const source of SOURCES.values()) {
    const region = await emittedRegion(source);
    if (typeof region === 'string') throw new Error(region);
    const { module } = region;
    expect(() => new WebAssembly.Module(module)).not.toThrow();
    const bodies = parseModule(module).functions.map(({ body }) => [
      ...module.subarray(body.from, body.to - 1),
    ]);
    expect(readBodies(moduleText(module))).toEqual(bodies);
  }
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
