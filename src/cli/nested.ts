import { hasExtensions } from '../../isa/extensions.js';
import { ConfigurationError } from '../core/errors.js';
import type { ReportProgress } from '../guest/image.js';
import { NESTED_GUEST } from '../guest/nested/recipe.js';
import { parseCpuModel } from '../machine/cpu-model.js';
import { formatMemorySize } from '../machine/memory-size.js';
import { nestedGuest } from '../node/door.js';
import { isWasmEngine } from '../vm/engines.js';
import { parseVmMemory } from '../vm/spec.js';
import { ProgressDisplay } from './progress.js';
import type { RunOptions } from './run-options.js';

/** With less there is no room for the smallest machine inside. */
const LEAST_MEMORY = 512 * 2 ** 20;
/** Else nobody knows why the machine does not start. */
const BUILDS = `hartwood: the guest '${NESTED_GUEST}' is built, this once; that takes some minutes\n`;
/** What says itself what is booted. */
const OTHERS = ['guest', 'bare', 'firmware', 'kernel', 'initrd'] as const;

/**
 * What `--nested` stands for: the options of a run of the guest `nested`, which is built if it is not there.
 * Without `--nested` they stay what they are.
 *
 * @throws ConfigurationError for what cannot be beside it, before anything is built; what `nestedGuest` throws
 */
export async function withNested(options: RunOptions, signal: AbortSignal): Promise<RunOptions> {
  if (!options.nested) return options;
  const cpu = /,h=/.test(options.cpu) ? options.cpu : `${options.cpu},h=on`;
  checkNested(options, cpu);
  using progress = new ProgressDisplay(process.stderr);
  let told = false;
  const report: ReportProgress = (step) => {
    if (!told) process.stderr.write(BUILDS);
    told = true;
    progress.report(step);
  };
  const guest = await nestedGuest({ progress: report, signal });
  return { ...options, guest, cpu };
}

function checkNested(options: RunOptions, cpu: string): void {
  for (const name of OTHERS) {
    if (options[name] === undefined) continue;
    const what = name === 'guest' ? `the built guest '${options.guest}'` : `--${name}`;
    throw new ConfigurationError(`--nested and ${what} exclude each other: it has its own guest`);
  }
  if (!hasExtensions(parseCpuModel(cpu).extensions, ['H'])) {
    throw new ConfigurationError(
      `--nested needs the hypervisor extension, which CPU model '${cpu}' does not have`,
    );
  }
  if (!isWasmEngine(options.engine)) {
    const message = `--nested needs the hypervisor extension, which engine '${options.engine}' does not have`;
    throw new ConfigurationError(`${message}; right would be wasm`);
  }
  if (parseVmMemory(options.memory) < LEAST_MEMORY) {
    const least = formatMemorySize(LEAST_MEMORY);
    throw new ConfigurationError(`--nested needs ${least} of memory, not ${options.memory}`);
  }
}
