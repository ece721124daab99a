import { EXTENSION_NAMES, type ExtensionName, extensionSet } from '../../isa/extensions.js';

/** Extensions that QEMU is asked for, by its names; a bare CPU has none but what is listed. */
const QEMU_EXTENSIONS = [
  ...['m', 'a', 'f', 'd', 'c', 's', 'u', 'zicsr', 'zifencei', 'zicntr', 'zicond'],
  ...['zba', 'zbb', 'zbs', 'sstc', 'svadu', 'svnapot', 'svpbmt', 'sv57', 'mmu', 'pmp'],
];

/** QEMU's `-cpu` for the hart that is compared. */
export const QEMU_CPU = ['rv64i', ...QEMU_EXTENSIONS.map((name) => `${name}=on`)].join(',');

/** What this project's harts have beyond the compared set. */
const LEFT_OUT: readonly ExtensionName[] = ['H'];

/** The same hart's extension set. */
export const COMPARED = extensionSet(EXTENSION_NAMES.filter((name) => !LEFT_OUT.includes(name)));
