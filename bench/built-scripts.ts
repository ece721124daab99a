import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const BENCH = fileURLToPath(new URL('.', import.meta.url));
/** Where packages are found from. */
const BUILT = fileURLToPath(new URL('../build/', import.meta.url));

/**
 * Programs of this folder as one file each, for tests that start them often: from source each start takes two seconds.
 *
 * @param names below `bench/`, as 'main'
 * @returns the folder that has them, which is to be deleted
 */
export async function buildScripts(...names: string[]): Promise<string> {
  await mkdir(BUILT, { recursive: true });
  const outdir = await mkdtemp(join(BUILT, 'bench-'));
  await build({
    entryPoints: names.map((name) => join(BENCH, `${name}.ts`)),
    outbase: BENCH,
    outdir,
    bundle: true,
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'error',
    plugins: [
      {
        name: 'files beside a module stay where they are',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            const url = JSON.stringify(pathToFileURL(path).href);
            const text = await readFile(path, 'utf8');
            return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
          });
        },
      },
    ],
  });
  return outdir;
}
