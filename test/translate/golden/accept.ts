import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { emittedText, FILES, fileOf } from './emitted-text.js';
import { SOURCES } from './sources.js';

/**
 * `npm run golden:accept`: writes the text that the translator emits now into the golden files, removes files of
 * regions that are none any more, and says which changed. What changed is to be looked at, as any change is.
 */
await mkdir(FILES, { recursive: true });
const changes: string[] = [];
for (const [name, source] of SOURCES) {
  const text = await emittedText(source);
  const before = await readFile(fileOf(name), 'utf8').catch(() => undefined);
  if (before === text) continue;
  await writeFile(fileOf(name), text);
  changes.push(`${before === undefined ? 'new' : 'changed'}  ${name}`);
}
for (const file of await readdir(FILES)) {
  const name = file.replace(/\.txt$/, '');
  if (SOURCES.has(name)) continue;
  await rm(new URL(file, FILES));
  changes.push(`removed  ${file}`);
}
process.stdout.write(`${[...changes, `${changes.length} of ${SOURCES.size} differ`].join('\n')}\n`);
