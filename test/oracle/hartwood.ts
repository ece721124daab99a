import { readFile } from 'node:fs/promises';
import { ClockKind, PAGE_SIZE, StartMode } from '../../src/core/abi.js';
import { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { ORIGIN } from './code.js';
import { COMPARED } from './cpu.js';
import { type Machine, MEMORY, ProgramHungError } from './machine.js';

/** No program takes so many steps. */
const STEP_LIMIT = 1_000_000_000n;
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
    async run(image) {
      const core = await Core.create(module, 2 * MEMORY);
      const vm = core.createVm(MEMORY, 1, COMPARED, 0);
      load(core, vm, image);
      core.exports.vmClock(vm, ClockKind.Virtual, 0n, 0n);
      core.exports.hartStart(vm, 0, BigInt(ORIGIN), 0n, 0n, StartMode.Machine);
      const ended = run(core, vm);
      instructions += core.instructions(vm);
      const memory = save(core, vm, image.length);
      if (!ended) throw new ProgramHungError('hartwood', memory);
      return memory;
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

function load(core: Core, vm: number, image: Uint8Array): void {
  for (let at = 0; at < image.length; at += PAGE_SIZE) {
    const page = image.subarray(at, at + PAGE_SIZE);
    if (page.every((byte) => byte === 0)) continue;
    core.frame(core.exports.vmFrame(vm, at / PAGE_SIZE, 1)).set(page);
  }
}

function save(core: Core, vm: number, length: number): Uint8Array {
  const memory = new Uint8Array(length);
  for (let at = 0; at < length; at += PAGE_SIZE) {
    const frame = core.exports.vmFrame(vm, at / PAGE_SIZE, 0) >>> 0;
    if (frame !== 0) memory.set(core.frame(frame).subarray(0, length - at), at);
  }
  return memory;
}
