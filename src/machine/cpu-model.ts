import {
  EXTENSION_BITS,
  EXTENSION_NAMES,
  type ExtensionName,
  extensionSet,
  hasExtensions,
} from '../../isa/extensions.js';
import { ConfigurationError } from '../core/errors.js';

/** What a VM's harts offer; misa, CSR masks and the device tree follow from it. */
export interface CpuModel {
  /** As the user wrote it. */
  readonly name: string;
  /** Bits of `EXTENSION_BITS`. */
  readonly extensions: bigint;
}

/** Off unless asked for: a guest that is itself a hypervisor is the exception. */
const OPTIONAL: readonly ExtensionName[] = ['H'];
/** Parts of every model. */
const FIXED: readonly ExtensionName[] = ['I', 'ZICSR'];

const USUAL = EXTENSION_NAMES.filter((name) => !OPTIONAL.includes(name));
const MODELS: Readonly<Record<string, bigint>> = { rv64: extensionSet(USUAL) };
const SWITCHES = EXTENSION_NAMES.filter((name) => !FIXED.includes(name));

/** What each needs (Unprivileged 21.1; Privileged 1.2, 12.4, 12.5). */
const NEEDS: readonly (readonly [ExtensionName, ExtensionName])[] = [
  ['D', 'F'],
  ['S', 'U'],
  ['SV48', 'S'],
  ['SV57', 'SV48'],
  ['SVADU', 'S'],
  ['SVNAPOT', 'S'],
  ['SVPBMT', 'S'],
  ['SSTC', 'S'],
  ['H', 'S'],
];

/** Debian's and everybody's riscv64 kernels are compiled for these. */
const LINUX_NEEDS: readonly ExtensionName[] = ['M', 'A', 'C', 'S', 'U'];

export const DEFAULT_CPU = 'rv64';

/**
 * Reads a CPU model as `--cpu` takes it: `rv64`, then extensions to switch, as in
 * `rv64,zba=off,sv57=off`. What needs something that was switched off goes off with it, unless it was
 * asked for.
 *
 * @throws ConfigurationError that lists what would be right.
 */
export function parseCpuModel(text: string): CpuModel {
  const [base = '', ...switches] = text.split(',');
  let extensions = Object.hasOwn(MODELS, base) ? MODELS[base] : undefined;
  if (extensions === undefined) {
    throw new ConfigurationError(
      `there is no CPU model '${base}'; known are: ${Object.keys(MODELS).join(', ')}`,
    );
  }
  const asked = new Set<ExtensionName>();
  for (const item of switches) {
    const [, key = '', state] = /^([a-z0-9]+)=(on|off)$/.exec(item) ?? [];
    if (state === undefined) {
      throw new ConfigurationError(`'${item}' in CPU model '${text}' is not NAME=on or NAME=off`);
    }
    const name = SWITCHES.find((candidate) => candidate.toLowerCase() === key);
    if (name === undefined) {
      const known = SWITCHES.map((candidate) => candidate.toLowerCase()).join(', ');
      throw new ConfigurationError(
        `CPU model 'rv64' has no extension '${key}' to switch; it has: ${known}`,
      );
    }
    const bit = extensionSet([name]);
    extensions = state === 'on' ? extensions | bit : extensions & ~bit;
    if (state === 'on') asked.add(name);
    else asked.delete(name);
  }
  for (const [name, needed] of NEEDS) {
    if (!hasExtensions(extensions, [name]) || hasExtensions(extensions, [needed])) continue;
    if (asked.has(name)) {
      throw new ConfigurationError(
        `CPU model '${text}' switches ${name.toLowerCase()} on, which needs ${needed.toLowerCase()}`,
      );
    }
    extensions &= ~extensionSet([name]);
  }
  return { name: text, extensions };
}

/** @throws ConfigurationError if Linux cannot run on this model. */
export function requireLinuxCapable(cpu: CpuModel): void {
  const missing = LINUX_NEEDS.filter((name) => !hasExtensions(cpu.extensions, [name]));
  if (missing.length > 0) {
    throw new ConfigurationError(
      `Linux needs ${missing.join(', ').toLowerCase()}, which CPU model '${cpu.name}' switches off`,
    );
  }
}

/** Order of single letters in an ISA string (Unprivileged, chapter "ISA Extension Naming"). */
const LETTERS = 'IMAFDCH';
/** Multi-letter extensions that a device tree names, in the order of the naming rules. */
const NAMED: readonly ExtensionName[] = [
  'ZICNTR',
  'ZICOND',
  'ZICSR',
  'ZIFENCEI',
  'ZBA',
  'ZBB',
  'ZBS',
  'SSTC',
  'SVADU',
  'SVNAPOT',
  'SVPBMT',
];

/** The extensions as a device tree lists them, in canonical order: `i`, `m`, …, `zicntr`, …. */
export function isaExtensions(cpu: CpuModel): string[] {
  const has = (name: ExtensionName) => hasExtensions(cpu.extensions, [name]);
  const letters = [...LETTERS].filter((letter) => has(letter as ExtensionName));
  return [...letters, ...NAMED.filter(has)].map((name) => name.toLowerCase());
}

/** The ISA string: `rv64imafdc_zicntr_…`. */
export function isaString(cpu: CpuModel): string {
  const extensions = isaExtensions(cpu);
  const letters = extensions.filter((name) => name.length === 1).join('');
  return [`rv64${letters}`, ...extensions.filter((name) => name.length > 1)].join('_');
}

/** The widest address translation, as the device tree's `mmu-type`; none without S-mode. */
export function mmuType(cpu: CpuModel): string {
  if (!hasExtensions(cpu.extensions, ['S'])) return 'riscv,none';
  if (hasExtensions(cpu.extensions, ['SV57'])) return 'riscv,sv57';
  return hasExtensions(cpu.extensions, ['SV48']) ? 'riscv,sv48' : 'riscv,sv39';
}

/** The names that a model can switch, in lower case, in the order of their bits. */
export const CPU_SWITCHES: readonly string[] = SWITCHES.toSorted(
  (a, b) => EXTENSION_BITS[a] - EXTENSION_BITS[b],
).map((name) => name.toLowerCase());
