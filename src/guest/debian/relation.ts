/** Relationship fields of packages (Debian Policy 7.1): `a | b (>= 1.0), c:any`. */
import { OPERATORS, type Operator, versionMatches } from './version.js';

/** A package that is named, and which versions of it are meant. */
export interface Relation {
  readonly name: string;
  /** Absent: any version. */
  readonly bound?: { readonly operator: Operator; readonly version: string };
}

/** Alternatives, the preferred one first. */
export type Alternatives = readonly Relation[];

/** A field's groups in their order; any alternative of a group fulfils it. What is none is left out. */
export function parseRelations(field: string): Alternatives[] {
  return field
    .split(',')
    .map((group) => group.split('|').flatMap(parseRelation))
    .filter((group) => group.length > 0);
}

/** `Conflicts` and the like, where there are no alternatives. */
export function parseRelationList(field: string): Relation[] {
  return parseRelations(field).flat();
}

function parseRelation(text: string): Relation[] {
  const pattern =
    /^\s*([a-z0-9][a-z0-9+.-]*)(?::([a-z0-9-]+))?\s*(?:\(\s*([<>=]+)\s*([^\s)]+)\s*\))?/;
  const [, name, architecture, operator, version] = pattern.exec(text) ?? [];
  if (name === undefined) return [];
  // Those of a foreign architecture cannot be had here.
  if (architecture !== undefined && !['any', 'native', ARCHITECTURE].includes(architecture)) {
    return [{ name: `${name}:${architecture}` }];
  }
  const known = OPERATORS.find((candidate) => candidate === operator);
  if (known === undefined || version === undefined) return [{ name }];
  return [{ name, bound: { operator: known, version } }];
}

const ARCHITECTURE = 'riscv64';

/** As the field would have it. */
export function relationText({ name, bound }: Relation): string {
  return bound === undefined ? name : `${name} (${bound.operator} ${bound.version})`;
}

/** Whether a package or what it provides, of this name and version, is what is meant. */
export function relationMatches(
  { name, bound }: Relation,
  candidate: { readonly name: string; readonly version?: string },
): boolean {
  if (name !== candidate.name) return false;
  if (bound === undefined) return true;
  // A version is only met by what has one (Policy 7.5).
  if (candidate.version === undefined) return false;
  return versionMatches(candidate.version, bound.operator, bound.version);
}
