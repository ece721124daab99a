import type { PackageIndex } from '../debian/packages.js';

/** Beside the essential packages: without `mount` a machine cannot be looked after. */
const BESIDE = ['mount'];

/** Names of the packages that every guest has: what makes a Debian system, and no more. */
export function baseSystem(index: PackageIndex): string[] {
  return [...index.essential(), ...BESIDE];
}
