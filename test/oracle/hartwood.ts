import { readFile } from 'node:fs/promises';
import { ClockKind, RAM_BASE, StartMode } from '../../src/core/abi.js';
import { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { GuestMemory } from '../../src/core/guest-memory.js';
import { wasmEngine } from '../../src/core/wasm-engine.js';
import { testedTranslation } from '../tested-translation.js';
import { type Machine, MEMORY } from './machine.js';

/** No program takes so many steps. */
const STEP_LIMIT = 20_000_000n;
/** One call into the core. */
const BUDGET = 1_000_000n;

/** This project's machine, and what it has executed so far. */
export interface Subject extends Machine {
  /** Instructions retired by all programs. */
  instructions(): bigint;
}

/** This project's core, as built. */
export async function hartwood(): Promise<Subject> {
  const module = await WebAssembly.compile(
    await readFile(new URL('../../build/core.wasm', import.meta.url)),
  );
  let instructions = 0n;
  return {
    name: 'hartwood',
    instructions: () => instructions,
    async run(image, cpu) {
      const core = await Core.create(wasmEngine(module, 'wasm', testedTranslation()), 2 * MEMORY);
      const vm = core.createVm(MEMORY, 1, cpu.extensions, 0);
      const memory = new GuestMemory(core, vm, MEMORY);
      memory.write(RAM_BASE, image);
      core.exports.vmClock(vm, ClockKind.Virtual, 0n, 0n);
      core.exports.hartStart(vm, 0, RAM_BASE, 0n, 0n, StartMode.Machine);
      const ended = run(core, vm);
      instructions += core.instructions(vm);
      return { memory: memory.read(RAM_BASE, image.length), ended };
    },
  };
}

/** Whether the program reached the finisher. */
function run(core: Core, vm: number): boolean {
  while (core.steps(vm) < STEP_LIMIT) {
    const reason = core.run(vm, BUDGET, 0n, 0n);
    if (reason === ExitReason.Shutdown) return true;
    if (reason !== ExitReason.Budget) return false;
  }
  return false;
}
