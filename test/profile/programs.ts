import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';
import { nodePlatform } from '../../src/node/platform.js';
import type { Profile } from '../../src/profile/profile.js';
import type { ProfileOptions } from '../../src/profile/profiler.js';
import { startProfile } from '../../src/profile/start.js';
import { Host, type HostOptions } from '../../src/vm/host.js';
import type { VmSpec } from '../../src/vm/spec.js';
import type { VmSummary } from '../../src/vm/summary.js';
import { OFF } from '../core/program-parts.js';

/** Restarts the machine, by the test finisher. */
export const RESET = OFF.replace('0x5555', '0x7777');

/** A bare program, as an ELF file. */
export const program = (source: string): Uint8Array =>
  toElf(assemble(source, { origin: 0x8000_0000n }));

/** Two functions that take three quarters and a quarter of the steps, but for a few. */
export const THREE_TO_ONE = program(`
_start:
  li s2, 400
main:
  jal ra, heavy
  jal ra, light
  addi s2, s2, -1
  bnez s2, main
  ${OFF}
heavy:
  li t0, 3000
heavy_loop:
  addi t0, t0, -1
  bnez t0, heavy_loop
  ret
light:
  li t0, 1000
light_loop:
  addi t0, t0, -1
  bnez t0, light_loop
  ret
`);

/** What a run left, with its profile. */
export interface Profiled {
  readonly profile: Profile;
  readonly summary: VmSummary;
}

/** Runs a bare program to its end. */
export async function profileProgram(
  bare: Uint8Array,
  options: ProfileOptions,
  spec: Partial<VmSpec> = {},
  hostOptions: HostOptions = {},
): Promise<Profiled> {
  const host = await Host.createOn(nodePlatform, { memory: '64M', ...hostOptions });
  try {
    const vm = await host.create({ guest: { bare }, memory: '16M', clock: 'virtual', ...spec });
    const profiler = await startProfile(vm, options);
    await vm.start();
    await vm.stopped;
    return { profile: profiler.finish(), summary: await vm.summary() };
  } finally {
    await host[Symbol.asyncDispose]();
  }
}

/** The share of all functions whose names begin so. */
export const shareOf = ({ functions }: Profile, name: string): number =>
  functions.reduce((sum, row) => sum + (row.name.startsWith(name) ? row.share : 0), 0);

export const total = (shares: Readonly<Record<string, number>>): number =>
  Object.values(shares).reduce((sum, share) => sum + share, 0);

/** What of the figures of modes a guest decides: how often the core returned is the host's doing, too. */
export function guestFigures(regimes: Profile['regimes']) {
  return Object.entries(regimes).map(([mode, { exits: _, ...figures }]) => ({ mode, ...figures }));
}
