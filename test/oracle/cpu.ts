import { EXTENSION_NAMES, type ExtensionName, extensionSet } from '../../isa/extensions.js';

/** One CPU model, in the words of both machines. */
export interface ComparedCpu {
  /** QEMU's `-cpu`. */
  readonly qemu: string;
  /** This project's extension set. */
  readonly extensions: bigint;
}

/** Extensions that QEMU is asked for, by its names; a bare CPU has none but what is listed. */
const QEMU_EXTENSIONS = [
  ...['m', 'a', 'f', 'd', 'c', 's', 'u', 'zicsr', 'zifencei', 'zicntr', 'zihpm', 'zicond'],
  ...['zba', 'zbb', 'zbs', 'sstc', 'svadu', 'svnapot', 'svpbmt', 'sv57', 'mmu', 'pmp', 'h'],
];

/** All 29 hardware performance counters exist, though none counts (Privileged 3.1.10). */
const PERFORMANCE_COUNTERS = 'pmu-mask=0xfffffff8';

function without(left: readonly ExtensionName[]): ComparedCpu {
  const on = QEMU_EXTENSIONS.filter((name) => !left.some((out) => out.toLowerCase() === name));
  return {
    qemu: ['rv64i', 'debug=off', PERFORMANCE_COUNTERS, ...on.map((name) => `${name}=on`)].join(','),
    extensions: extensionSet(EXTENSION_NAMES.filter((name) => !left.includes(name))),
  };
}

/** Everything that is compared. */
export const HYPERVISOR_CPU = without([]);

/** The usual hart, which is no hypervisor's. */
export const FULL_CPU = without(['H']);

/** Without C instructions must be aligned to four bytes (Unprivileged 1.5). */
export const UNCOMPRESSED_CPU = without(['C', 'H']);
