/**
 * Puts what Node loads into few files: reading sixty modules costs an application 40 ms at its start, one
 * or two of them 5. Types and the browser's door stay as the compiler made them.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const BUNDLE = join(DIST, 'bundle');

rmSync(BUNDLE, { recursive: true, force: true });
await build({
  entryPoints: {
    door: join(DIST, 'src/node/door.js'),
    main: join(DIST, 'src/cli/main.js'),
    // From its source: esbuild puts an enum's numbers in the place of its names there, and V8 makes a jump
    // table of a switch over numbers only. As the compiler leaves it, the baseline takes five times as long.
    baseline: join(ROOT, 'bench/baseline/engine.ts'),
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
