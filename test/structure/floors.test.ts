import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** From the ground up; the folders of one floor do not know each other (docs/design.md). */
const FLOORS: readonly (readonly string[])[] = [
  ['isa'],
  ['src/core'],
  ['src/machine', 'src/guest'],
  ['src/storage'],
  ['src/snapshot'],
  ['src/vm'],
  ['src/debug', 'src/profile', 'src/lockstep'],
  ['src/index.ts'],
  ['src/node', 'src/browser'],
  ['src/cli'],
];
const floorOf = (path: string) =>
  FLOORS.findIndex((folders) => folders.some((folder) => isIn(path, folder)));
const isIn = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name),
    )
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/** Pairs of a file and a file of the project that it imports, both from the project's root. */
function imports(folder: string): [string, string][] {
  return sources(folder).flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].flatMap((found) => {
      const name = found[1] ?? found[2] ?? '';
      if (!name.startsWith('.')) return [];
      const target = relative(ROOT, resolve(ROOT, dirname(file), name)).replace(/\.js$/, '.ts');
      return [[file, target] as [string, string]];
    }),
  );
}

test('a file imports from its own folder and from floors below', () => {
  // What isa/ writes for the core holds import lines too, as text: without `.js`.
  const found = [...imports('src'), ...imports('isa')].filter(([, target]) =>
    target.endsWith('.ts'),
  );
  expect(found.length).toBeGreaterThan(100);
  const wrong = found.filter(([file, target]) => {
    const [from, to] = [floorOf(file), floorOf(target)];
    if (from < 0 || to < 0) return true;
    const sameFolder = FLOORS[from]?.some((folder) => isIn(file, folder) && isIn(target, folder));
    return to > from || (to === from && !sameFolder);
  });
  expect(wrong).toEqual([]);
});

test('the core imports nothing of the host layer', () => {
  const found = imports('assembly');
  expect(found.length).toBeGreaterThan(100);
  expect(found.filter(([, target]) => !isIn(target, 'assembly'))).toEqual([]);
});

test('only Node-side folders import Node', () => {
  const neutral = [...sources('src'), ...sources('isa')].filter(
    (file) => !/^(src\/node|src\/cli)\/|^isa\/generate\.ts$/.test(file),
  );
  const wrong = neutral.filter((file) =>
    /from 'node:|import\('node:/.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(wrong).toEqual([]);
});
