import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Compiles one file of `assembly/` with its imports, as the core is compiled.
 * @param entry path below the project's root, such as `assembly/softfloat/entry.ts`
 * @throws Error with the compiler's messages
 */
export async function compileAssembly(entry: string): Promise<WebAssembly.Module> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await main(
    [
      entry,
      '--config',
      'none',
      '--baseDir',
      ROOT,
      '-O3',
      '--runtime',
      'stub',
      '--use',
      'abort=',
      '--enable',
      'simd',
      '--outFile',
      'out.wasm',
    ],
    {
      writeFile(_name: string, contents: string | Uint8Array) {
        if (typeof contents !== 'string') binary = new Uint8Array(contents);
      },
    },
  );
  if (error || binary === undefined) {
    throw new Error(`${entry} does not compile: ${error?.message}\n${stderr.toString()}`);
  }
  return await WebAssembly.compile(binary);
}
