/** Kernel modules that `modprobe` finds when something needs them, as when a file system is mounted. */
import { type CpioEntry, writeCpio } from '../cpio.js';
import { aliasesOf, inLoadOrder, type KernelModule } from './kernel-modules.js';

/**
 * A cpio archive to stand behind an initramfs's own: the modules, and the lists by which `modprobe` knows
 * what each needs (`modules.dep`) and by which other names the kernel asks for it (`modules.alias`).
 *
 * @param release the kernel's, as `uname -r` says it
 * @throws GuestError `guest-package` if one needs a module that is not among them
 */
export function writeModulesOnDemand(
  release: string,
  modules: readonly KernelModule[],
): Uint8Array {
  const folder = `lib/modules/${release}`;
  const ordered = inLoadOrder(modules);
  // What is to be loaded first stands last.
  const needs = ordered.map((module) => {
    const before = inLoadOrder(ordered, [module]).slice(0, -1);
    const files = before.reverse().map(({ name }) => `${name}.ko`);
    return `${module.name}.ko: ${files.join(' ')}`;
  });
  const aliases = ordered.flatMap((module) =>
    aliasesOf(module).map((alias) => `alias ${alias} ${module.name}`),
  );
  const text = (name: string, lines: readonly string[]): CpioEntry => {
    const data = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
    return { type: 'file', path: `${folder}/${name}`, mode: 0o644, data };
  };
  return writeCpio([
    { type: 'directory', path: folder, mode: 0o755 },
    ...ordered.map(
      ({ name, data }): CpioEntry => ({
        type: 'file',
        path: `${folder}/${name}.ko`,
        mode: 0o644,
        data,
      }),
    ),
    text('modules.dep', needs),
    text('modules.alias', aliases),
  ]);
}
