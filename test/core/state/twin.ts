/** Machines that go on where others stood. */
import { PAGE_SIZE, RAM_BASE, VM_FLAG_SBI } from '../../../src/core/abi.js';
import type { Core } from '../../../src/core/core.js';
import { loadState, saveState } from '../../../src/core/machine-state.js';
import { parseCpuModel } from '../../../src/machine/cpu-model.js';
import { Machine, newCore } from '../machine.js';

export interface TwinOptions {
  readonly cpu?: string;
  readonly sbi?: boolean;
  /** Where it is to live; a host of its own if not given. */
  readonly core?: Core;
  /** Puts the devices into their slots. */
  readonly attach?: (machine: Machine) => void;
}

/** A machine made as `other` was, which never ran. */
export async function freshLike(other: Machine, options: TwinOptions = {}): Promise<Machine> {
  const core = options.core ?? (await newCore());
  const { extensions } = parseCpuModel(options.cpu ?? 'rv64');
  const flags = options.sbi ? VM_FLAG_SBI : 0;
  const vm = core.createVm(other.ram.size, other.harts, extensions, flags);
  const fresh = Machine.like(other, vm, core);
  options.attach?.(fresh);
  return fresh;
}

export function copyMemory(from: Machine, to: Machine): void {
  for (let at = 0; at < from.ram.size; at += PAGE_SIZE) {
    if (from.core.exports.vmFrame(from.vm, at / PAGE_SIZE, 0) === 0) continue;
    const address = RAM_BASE + BigInt(at);
    to.ram.write(address, from.ram.read(address, PAGE_SIZE));
  }
}

export const sectionsOf = (machine: Machine) => saveState(machine.core, machine.vm, machine.harts);

/** A machine restored from what was saved of `other`, which stays as it is. */
export async function restored(other: Machine, options: TwinOptions = {}): Promise<Machine> {
  const sections = sectionsOf(other);
  const twin = await freshLike(other, options);
  copyMemory(other, twin);
  loadState(twin.core, twin.vm, sections);
  return twin;
}

export function forked(other: Machine): Machine {
  const vm = other.core.exports.vmFork(other.vm) >>> 0;
  if (vm === 0) throw new Error('the core refused to fork');
  return Machine.like(other, vm);
}
