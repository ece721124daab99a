import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ConfigurationError } from '../../core/errors.js';
import { parseCpuModel } from '../../machine/cpu-model.js';
import { DEFAULT_ENGINE } from '../../vm/engines.js';
import { parseVmMemory } from '../../vm/spec.js';
import { isDefault } from '../machine.js';
import type { RunOptions } from '../run-options.js';

const require = createRequire(import.meta.url);
const DIGITS = 8;
const VARIABLE = 'HARTWOOD_COLD';

/** What a kept machine must have in common with one that is wanted. */
export interface WarmKey {
  /** Which Hartwood made it: all that can be loaded, and the core. */
  readonly build: string;
  /** The machine, and what is to be done with it. */
  readonly shape: string;
}

/**
 * The key of what the options ask for; undefined if that is to boot: any but the default guest by itself, as fast as it
 * can, in real time.
 *
 * @throws ConfigurationError for a value that HARTWOOD_COLD does not have, and what the machine cannot be
 */
export async function warmKey(options: RunOptions): Promise<WarmKey | undefined> {
  if (isCold() || options.cold || !isPlain(options)) return undefined;
  const shape = [
    parseVmMemory(options.memory),
    Number(options.cpus),
    parseCpuModel(options.cpu).name,
    // A guest for commands has no shell, and ends where another would reboot.
    options.exec === undefined ? 'shell' : 'commands',
  ];
  try {
    // The door names all that it loads by hashes of their content.
    const files = ['hartwood/node', 'hartwood/core.wasm'].map((name) =>
      readFile(require.resolve(name)),
    );
    return { build: digest(await Promise.all(files)), shape: digest([JSON.stringify(shape)]) };
  } catch {
    // Not as it is built: it boots, or says what is missing.
    return undefined;
  }
}

function isPlain(options: RunOptions): boolean {
  const others = [
    options.guest,
    options.nested,
    options.firmware,
    options.append,
    options.seed,
    options.profile,
    options.gdb,
    options.from,
  ];
  return (
    isDefault(options) &&
    others.every((value) => value === undefined) &&
    options.drive.length === 0 &&
    options.clock === 'real' &&
    options.engine === DEFAULT_ENGINE
  );
}

function isCold(): boolean {
  const wanted = process.env[VARIABLE] ?? '';
  if (!['', 'on', 'off'].includes(wanted)) {
    throw new ConfigurationError(`${VARIABLE} '${wanted}' is neither 'on' nor 'off'`);
  }
  return wanted === 'on';
}

function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, DIGITS);
}
