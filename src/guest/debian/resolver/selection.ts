import type { Package } from '../packages.js';
import {
  type Alternatives,
  parseRelationList,
  parseRelations,
  type Relation,
  relationMatches,
  relationText,
} from '../relation.js';

/** What a package asks of others. */
interface Demands {
  /** `Pre-Depends`, then `Depends`. */
  readonly depends: readonly Alternatives[];
  readonly recommends: readonly Alternatives[];
  /** `Conflicts` and `Breaks`: both keep two packages from being configured at once. */
  readonly excludes: readonly Relation[];
  /** `Provides`, where a version is always an exact one. */
  readonly provides: readonly Relation[];
}

const parsed = new WeakMap<Package, Demands>();

/** The relationship fields of a package, parsed once. */
export function demandsOf(pack: Package): Demands {
  const known = parsed.get(pack);
  if (known !== undefined) return known;
  const field = (name: string): string => pack.fields.get(name) ?? '';
  const demands: Demands = {
    depends: [...parseRelations(field('pre-depends')), ...parseRelations(field('depends'))],
    recommends: parseRelations(field('recommends')),
    excludes: [...parseRelationList(field('conflicts')), ...parseRelationList(field('breaks'))],
    provides: parseRelationList(field('provides')),
  };
  parsed.set(pack, demands);
  return demands;
}

/** Whether a package is what a relation means, by its own name or by one that it provides. */
export function meets(pack: Package, relation: Relation): boolean {
  if (relationMatches(relation, pack)) return true;
  return demandsOf(pack).provides.some(({ name, bound }) =>
    relationMatches(relation, bound === undefined ? { name } : { name, version: bound.version }),
  );
}

/** The packages chosen so far; each stands behind those it depends on, where there is no loop. */
export class Selection {
  #chosen: Map<string, Package>;
  #order: Package[];
  /** Chosen packages by each name they go by. */
  #named: Map<string, Package[]>;

  constructor(chosen = new Map<string, Package>(), order: Package[] = []) {
    this.#chosen = new Map(chosen);
    this.#order = [...order];
    this.#named = new Map();
    for (const pack of chosen.values()) this.#register(pack);
  }

  copy(): Selection {
    return new Selection(this.#chosen, this.#order);
  }

  has(name: string): boolean {
    return this.#chosen.has(name);
  }

  add(pack: Package): void {
    this.#chosen.set(pack.name, pack);
    this.#register(pack);
  }

  /** Says that all that a chosen package depends on stands in the order. */
  complete(pack: Package): void {
    this.#order.push(pack);
  }

  get order(): readonly Package[] {
    return this.#order;
  }

  fulfils(group: Alternatives): boolean {
    return group.some((relation) => this.#meeting(relation).length > 0);
  }

  /** What keeps a package from being chosen beside the others, in words; undefined if nothing does. */
  objectionTo(pack: Package): string | undefined {
    for (const relation of demandsOf(pack).excludes) {
      const other = this.#meeting(relation).find(({ name }) => name !== pack.name);
      if (other !== undefined) return exclusion(pack, other, relation);
    }
    for (const other of this.#chosen.values()) {
      if (other.name === pack.name) continue;
      const relation = demandsOf(other).excludes.find((excluded) => meets(pack, excluded));
      if (relation !== undefined) return exclusion(other, pack, relation);
    }
    return undefined;
  }

  #meeting(relation: Relation): Package[] {
    return (this.#named.get(relation.name) ?? []).filter((pack) => meets(pack, relation));
  }

  #register(pack: Package): void {
    for (const name of [pack.name, ...demandsOf(pack).provides.map((entry) => entry.name)]) {
      const known = this.#named.get(name) ?? [];
      if (!known.includes(pack)) this.#named.set(name, [...known, pack]);
    }
  }
}

function exclusion(excluding: Package, other: Package, relation: Relation): string {
  const by = relation.name === other.name ? '' : `, which provides ${relation.name}`;
  return `${excluding.name} conflicts with ${relationText({ ...relation, name: other.name })}${by}`;
}
