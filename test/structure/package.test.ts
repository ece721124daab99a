import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

type Target = string | { readonly [condition: string]: Target };

interface PackageFile {
  readonly exports: Readonly<Record<string, Target>>;
  readonly files: readonly string[];
}

const { exports, files } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as PackageFile;

const paths = (target: Target): string[] =>
  typeof target === 'string' ? [target] : Object.values(target).flatMap(paths);

const targets = Object.entries(exports).map(([name, target]) => [name, paths(target)] as const);

describe.each(targets)('what the package exports as %s', (_, found) => {
  it.each(found)('is packed: %s', (path) => {
    const name = path.replace('./', '');
    // npm packs package.json always.
    const packed = [...files, 'package.json'];
    expect(packed.some((entry) => name === entry || name.startsWith(`${entry}/`))).toBe(true);
    expect(existsSync(at(name))).toBe(true);
  });
});

const code = targets.filter(([, found]) => found.some((path) => path.endsWith('.js')));

it.each(code)('%s has types', (_, found) => {
  // TypeScript finds those beside a file by itself.
  const types = found.map((path) => path.replace(/(\.d\.ts|\.js)$/, '.d.ts'));
  expect(types.some((path) => existsSync(at(path)))).toBe(true);
});
