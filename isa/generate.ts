/**
 * Build step: writes `assembly/generated/` from the instruction table.
 * Run as `npx tsx isa/generate.ts`; a file whose text would not change is left alone.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { opsModule, rowsModule } from './generated-text.js';
import { hotLoopModule } from './hot-loop.js';
import { templatesModule } from './wasm/templates-text.js';

const folder = fileURLToPath(new URL('../assembly/generated/', import.meta.url));

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

mkdirSync(folder, { recursive: true });
for (const [name, text] of [
  ['ops.ts', opsModule()],
  ['rows.ts', rowsModule()],
  ['hot-loop.ts', hotLoopModule()],
  ['templates.ts', templatesModule()],
] as const) {
  const path = folder + name;
  if (readIfPresent(path) !== text) writeFileSync(path, text);
}
