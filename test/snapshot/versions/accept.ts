import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openSnapshotFile } from '../../../src/node/snapshots/open.js';
import { FORMAT_VERSION } from '../../../src/snapshot/format.js';
import { FILES, fileOf, goOn, keep } from './kept.js';
import { PROGRAMS } from './programs.js';

/**
 * `npm run snapshots:accept`: keeps each program in a file of the present format, with how it ends. A file that is there
 * stays as it is: that it still can be restored is what it is for.
 */
await mkdir(FILES, { recursive: true });
for (const [name, program] of PROGRAMS) {
  const file = fileOf(FORMAT_VERSION, name, 'hwsnap');
  if (existsSync(file)) continue;
  const store = await openSnapshotFile(fileURLToPath(file), { create: true });
  await keep(program, store);
  const ending = await goOn(store, false);
  await store.close();
  await writeFile(fileOf(FORMAT_VERSION, name, 'json'), `${JSON.stringify(ending, null, 2)}\n`);
  process.stdout.write(`new  ${FORMAT_VERSION}-${name}: ${JSON.stringify(ending)}\n`);
}
