/** Which packages a system needs, so that all that were asked for can be configured in it. */
import { GuestError } from '../../errors.js';
import type { Package, PackageIndex } from '../packages.js';
import { type Alternatives, type Relation, relationText } from '../relation.js';
import { nearNames } from './near-names.js';
import { demandsOf, meets, Selection } from './selection.js';

export interface ResolveOptions {
  /** Takes what packages recommend, too, as far as it can be had. */
  readonly recommends?: boolean;
}

/** Packages tried before the search is given up: a suite's dependencies take hundreds. */
const MOST_TRIALS = 50_000;
/** Providers named in a message. */
const MOST_NAMED = 6;
const PRIORITIES = ['required', 'important', 'standard', 'optional', 'extra'];

/**
 * The packages of these names with all they depend on, each behind those it depends on but where they
 * depend on each other. The same index and names give the same packages in the same order.
 *
 * Of alternatives the first that can be had is taken, but one that was asked for or is there already
 * goes first; of a virtual package's providers that of the highest priority, then the first by name.
 * Where a choice leads into a conflict, the next one is tried; choices made before stand.
 *
 * @throws GuestError `guest-package` for a name that is none, a conflict, or what cannot be fulfilled
 */
export function resolvePackages(
  index: PackageIndex,
  names: readonly string[],
  options: ResolveOptions = {},
): Package[] {
  const roots = [...new Set(names)].map((name) => rootPackage(index, name));
  const search = new Search(index, new Set(roots.map(({ name }) => name)), options);
  for (const root of roots) {
    try {
      search.take(root);
    } catch (error) {
      if (!(error instanceof Unresolvable)) throw error;
      throw new GuestError('guest-package', `package ${root.name} cannot be had: ${error.message}`);
    }
  }
  return [...search.selection.order];
}

/** A dead end of the search; its message is the reason. */
class Unresolvable extends Error {}

class Search {
  selection = new Selection();
  readonly #index: PackageIndex;
  readonly #roots: ReadonlySet<string>;
  readonly #recommends: boolean;
  #trials = 0;

  constructor(index: PackageIndex, roots: ReadonlySet<string>, options: ResolveOptions) {
    this.#index = index;
    this.#roots = roots;
    this.#recommends = options.recommends ?? false;
  }

  /** Chooses a package with all it needs. @throws Unresolvable, with the selection half changed. */
  take(pack: Package): void {
    if (this.selection.has(pack.name)) return;
    if (++this.#trials > MOST_TRIALS) throw new Unresolvable('there are too many alternatives');
    const objection = this.selection.objectionTo(pack);
    if (objection !== undefined) throw new Unresolvable(objection);
    this.selection.add(pack);
    const { depends, recommends } = demandsOf(pack);
    for (const group of depends) this.#fulfil(group, pack);
    this.selection.complete(pack);
    if (!this.#recommends) return;
    for (const group of recommends) {
      const before = this.selection.copy();
      try {
        this.#fulfil(group, pack);
      } catch (error) {
        if (!(error instanceof Unresolvable)) throw error;
        this.selection = before;
      }
    }
  }

  #fulfil(group: Alternatives, by: Package): void {
    if (this.selection.fulfils(group)) return;
    const candidates = this.#candidates(group);
    let failure: unknown;
    for (const candidate of candidates) {
      const before = this.selection.copy();
      try {
        this.take(candidate);
        return;
      } catch (error) {
        if (!(error instanceof Unresolvable)) throw error;
        this.selection = before;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    const wanted = group.map(relationText).join(' | ');
    throw new Unresolvable(`${by.name} depends on ${wanted}, which the suite does not have`);
  }

  #candidates(group: Alternatives): Package[] {
    const found = new Set(group.flatMap((relation) => this.#meeting(relation)));
    const [asked, others] = [[...found], [...found]].map((packages, i) =>
      packages.filter(({ name }) => this.#roots.has(name) === (i === 0)),
    );
    return [...(asked ?? []), ...(others ?? [])];
  }

  /** The package of the name itself before those that provide it. */
  #meeting(relation: Relation): Package[] {
    const real = this.#index.get(relation.name);
    const providers = this.#index.providers(relation.name).filter((pack) => pack !== real);
    const all = [...(real === undefined ? [] : [real]), ...providers.sort(byPriority)];
    return all.filter((pack) => meets(pack, relation));
  }
}

function byPriority(a: Package, b: Package): number {
  const rank = (pack: Package): number => PRIORITIES.indexOf(pack.fields.get('priority') ?? '');
  return rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

function rootPackage(index: PackageIndex, name: string): Package {
  const found = index.get(name);
  if (found !== undefined) return found;
  const providers = index.providers(name).sort(byPriority);
  const [only] = providers;
  if (only !== undefined && providers.length === 1) return only;
  if (only !== undefined) {
    const list = listing(providers.map((pack) => pack.name));
    throw new GuestError('guest-package', `${name} is provided by several packages: ${list}`);
  }
  const near = nearNames(name, index.names());
  const hint = near.length === 0 ? '' : `; near it are ${listing(near)}`;
  throw new GuestError('guest-package', `the suite has no package '${name}'${hint}`);
}

function listing(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED);
  return shown.length < names.length ? `${shown.join(', ')} and others` : shown.join(', ');
}
