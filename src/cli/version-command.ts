import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import { InternalError } from '../core/errors.js';

const require = createRequire(import.meta.url);

/** The package's version. */
export const { version: VERSION } = require('hartwood/package.json') as { version: string };

/** As many digits of a hash as tell builds apart. */
const DIGITS = 12;

/** Adds `version`, which tells what an error report should say. */
export function addVersionCommand(program: Command): void {
  program
    .command('version')
    .summary('tell the versions of Hartwood, its core and Node')
    .description('Tells the versions of Hartwood and Node, and which build of the core is used.')
    .option('--json', 'as one JSON object')
    .action(async (options: { readonly json?: boolean }) => {
      const versions = {
        hartwood: VERSION,
        core: await coreHash(),
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
      };
      if (options.json) process.stdout.write(`${JSON.stringify(versions)}\n`);
      else {
        for (const [name, value] of Object.entries(versions)) {
          process.stdout.write(`${name.padEnd(8)}  ${value}\n`);
        }
      }
    });
}

/** Which core: the beginning of its SHA-256. @throws InternalError if it is not built */
async function coreHash(): Promise<string> {
  const path = require.resolve('hartwood/core.wasm');
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
      .slice(0, DIGITS);
  } catch (cause) {
    throw new InternalError(`${path} cannot be read (${cause}); 'npm run build' makes it`, {
      cause,
    });
  }
}
