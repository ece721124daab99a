import type { ExtensionName } from '../../isa/extensions.js';
import type { CoreExports } from './abi.js';
import type { TranslationCounters } from './translate/counters.js';

/** A host's memory, and the ABI of a core that works on it. */
export interface EngineInstance {
  /** Any call of the core may put a larger buffer in the place of this one. */
  readonly memory: { readonly buffer: ArrayBuffer };
  /** The same object for as long as the instance lives, whatever core stands behind it. */
  readonly exports: CoreExports;
  /** Puts a fresh core on the memory, where all machine state is; absent if some of it is elsewhere. */
  rebind?(): void;
  /** Translates hot code; absent where all is interpreted. */
  readonly translator?: { counters(): TranslationCounters };
}

/**
 * What a host runs its guests with. All engines have the same ABI (assembly/index.ts) and give a guest
 * the same machine, step for step under a virtual clock.
 */
export interface Engine {
  /** As `--engine` and results files name it. */
  readonly name: string;
  /** Whether there are breakpoints, watchpoints and single steps. */
  readonly debugs: boolean;
  /** Whether VMs can be forked, snapshotted and restored. */
  readonly forks: boolean;
  /** Extensions of CPU models that it cannot run. */
  readonly lacks: readonly ExtensionName[];
  /** A new memory with a core on it, still to be initialized. */
  instantiate(): EngineInstance;
}
