/** The same machine on the compiled core and on the baseline, to be compared. */
import { tsEngine } from '../../bench/baseline/engine.js';
import { CSR_NUMBERS } from '../../isa/csrs.js';
import { Core } from '../../src/core/core.js';
import { wasmEngine } from '../../src/core/wasm-engine.js';
import { testedTranslation } from '../tested-translation.js';
import { coreModule, Machine, type MachineOptions } from './machine.js';

const HOST_BYTES = 64 << 20;
/** All of them but how many steps were slow, which is the engine's affair. */
const MACHINE_COUNTERS = 12;

export interface Both {
  readonly core: Machine;
  readonly ts: Machine;
}

export async function sideBySide(source: string, options: MachineOptions = {}): Promise<Both> {
  const on = async (core: Core) => Machine.create(source, { ...options, core });
  return {
    core: await on(
      await Core.create(wasmEngine(await coreModule(), 'wasm', testedTranslation()), HOST_BYTES),
    ),
    ts: await on(await Core.create(tsEngine, HOST_BYTES)),
  };
}

/** All that `Machine.state` has, every CSR that has a name, and the harts' counters. */
export function everything(machine: Machine) {
  const { exports } = machine.core;
  return {
    ...machine.state(),
    csrs: Array.from({ length: machine.harts }, (_, hart) =>
      [...CSR_NUMBERS]
        .map(([name, csr]) => `${name} ${exports.hartCsr(machine.vm, hart, csr)}`)
        .join('\n'),
    ),
    counters: Array.from({ length: machine.harts }, (_, hart) =>
      Array.from({ length: MACHINE_COUNTERS }, (_, which) =>
        exports.hartCounter(machine.vm, hart, which),
      ),
    ),
    activities: Array.from({ length: machine.harts }, (_, hart) =>
      exports.hartActivity(machine.vm, hart),
    ),
    steps: machine.steps,
  };
}
