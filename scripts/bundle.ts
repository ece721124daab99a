/**
 * Puts what Node loads into few files: reading sixty modules costs an application 40 ms at its start, one
 * or two of them 5. Types and the browser's door stay as the compiler made them.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const DIST = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const BUNDLE = join(DIST, 'bundle');
const BASELINE = join(dirname(DIST), 'bench/baseline/engine.ts');

rmSync(BUNDLE, { recursive: true, force: true });
await build({
  entryPoints: {
    door: join(DIST, 'src/node/door.js'),
    main: join(DIST, 'src/cli/main.js'),
  },
  outdir: BUNDLE,
  bundle: true,
  // What only some runs need, as the making of a guest, stays in files of its own.
  splitting: true,
  chunkNames: 'chunk-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
// From its source, so that enumerations and constants become literals: a switch over them is then a jump table.
await build({
  entryPoints: { baseline: BASELINE },
  outdir: BUNDLE,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  sourcemap: true,
  logLevel: 'warning',
});
