import { hasExtensions } from '../../isa/extensions.js';
import type { Engine } from '../core/engine.js';
import { ConfigurationError } from '../core/errors.js';
import type { CpuModel } from '../machine/cpu-model.js';
import { DEFAULT_ENGINE } from './engines.js';

/** @throws ConfigurationError for a CPU model with an extension that the engine lacks. */
export function requireOffered({ name, lacks }: Engine, cpu: CpuModel): void {
  const missing = lacks.find((extension) => hasExtensions(cpu.extensions, [extension]));
  if (missing === undefined) return;
  const extension = missing.toLowerCase();
  throw new ConfigurationError(
    `the engine '${name}' has no extension '${extension}'; right would be the engine ` +
      `'${DEFAULT_ENGINE}', or ${extension}=off`,
  );
}
