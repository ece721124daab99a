import { GuestError } from '../errors.js';

/** A kernel module, not compressed. */
export interface KernelModule {
  /** The file's name without `.ko`. */
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * The modules in an order in which each stands behind those it needs, as their own `.modinfo` tells
 * (the package has no modules.dep: its installation makes it); otherwise in the order given.
 *
 * @param wanted those of them that are to be loaded, for which the others are there; default all
 * @throws GuestError `guest-package` if one needs a module that is not among them
 */
export function inLoadOrder(modules: readonly KernelModule[], wanted = modules): KernelModule[] {
  const byName = new Map(modules.map((module) => [normalized(module.name), module]));
  const byAlias = new Map(
    modules.flatMap((module) => aliasesOf(module).map((alias) => [alias, module] as const)),
  );
  const begun = new Set<KernelModule>();
  const ordered: KernelModule[] = [];
  const place = (module: KernelModule): void => {
    // Soft dependencies may lead in a circle, as by an alias that the module has itself.
    if (begun.has(module)) return;
    begun.add(module);
    for (const needed of dependencies(module)) {
      const dependency = byName.get(needed);
      if (dependency === undefined) {
        const message = `kernel module ${module.name} needs ${needed}, which the recipe lacks`;
        throw new GuestError('guest-package', message);
      }
      place(dependency);
    }
    for (const soft of softDependencies(module)) {
      const dependency = byName.get(normalized(soft)) ?? byAlias.get(soft);
      if (dependency !== undefined) place(dependency);
    }
    ordered.push(module);
  };
  for (const module of wanted) place(module);
  return ordered;
}

/** Names in the `depends=` entry, which like all of `.modinfo` ends in a zero byte. */
function dependencies({ data }: KernelModule): string[] {
  const text = new TextDecoder('latin1').decode(data);
  const list = /\0depends=([\w,]*)\0/.exec(text)?.[1] ?? '';
  return list.split(',').filter((name) => name !== '');
}

/** What a module asks the kernel for while it runs, by name or alias, which may as well be built in. */
function softDependencies({ data }: KernelModule): string[] {
  const text = new TextDecoder('latin1').decode(data);
  const list = /softdep=pre: ([\w -]+)\0/.exec(text)?.[1] ?? '';
  return list.split(' ').filter((name) => name !== '');
}

/** By which other names the kernel asks for it: entries `alias=` of `.modinfo`. */
export function aliasesOf({ data }: KernelModule): string[] {
  const text = new TextDecoder('latin1').decode(data);
  return [...text.matchAll(/\0alias=([\w:*?[\]-]+)(?=\0)/g)].map(([, alias = '']) => alias);
}

/** The kernel knows a module by its name with underscores, whatever its file is called. */
function normalized(name: string): string {
  return name.replaceAll('-', '_');
}
