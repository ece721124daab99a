/** What is kept about a guest beside its disk, as JSON; it is written last, so what has one is whole. */
import { GuestError } from './errors.js';

export interface GuestManifest {
  /** Of the manifest itself. */
  readonly format: 1;
  readonly name: string;
  /** When it was built (ISO 8601). */
  readonly created: string;
  /** Debian's suite. */
  readonly suite: string;
  /** Packages that were asked for. */
  readonly include: readonly string[];
  /** All packages, by name. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  /** Paths of files that no package brought; older manifests do not tell. */
  readonly files?: readonly string[];
  /** The kernel's release, as `uname -r` says it, and its command line. */
  readonly kernel: string;
  readonly append: string;
  /** Bytes of the disk, and of what was on it when it was built. */
  readonly size: number;
  readonly used: number;
}

const LONGEST_NAME = 63;

/**
 * A guest's name is that of a folder, of a file system and of a host: letters, digits and hyphens.
 *
 * @throws GuestError `guest-name`
 */
export function checkGuestName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]*$/.test(name) && name.length <= LONGEST_NAME) {
    if (name !== 'debian') return;
    throw new GuestError('guest-name', "'debian' is the default guest; choose another name");
  }
  const right = `a guest's name has 1 to ${LONGEST_NAME} of a to z, 0 to 9 and -, as in 'web-2'`;
  throw new GuestError('guest-name', `'${name}' is no name for a guest: ${right}`);
}

/** Reads a manifest, of which nothing is taken for granted. @throws GuestError `guest-damaged` */
export function parseManifest(text: string, name: string): GuestManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(name, 'it is no JSON', cause);
  }
  const manifest = value as GuestManifest;
  if (typeof manifest !== 'object' || manifest === null) throw damaged(name, 'it is no object');
  if (manifest.format !== 1) {
    throw damaged(name, `its format is ${JSON.stringify(manifest.format)}, not 1`);
  }
  const { created, suite, kernel, append, include, packages, files = [], size, used } = manifest;
  const isText = (field: unknown): boolean => typeof field === 'string';
  const isPackage = (field: unknown): boolean =>
    typeof field === 'object' &&
    field !== null &&
    isText((field as { name?: unknown }).name) &&
    isText((field as { version?: unknown }).version);
  const right =
    manifest.name === name &&
    [created, suite, kernel, append].every(isText) &&
    !Number.isNaN(Date.parse(created)) &&
    Array.isArray(include) &&
    include.every(isText) &&
    Array.isArray(packages) &&
    packages.every(isPackage) &&
    Array.isArray(files) &&
    files.every(isText) &&
    [size, used].every(Number.isSafeInteger);
  if (!right) throw damaged(name, 'a field is missing or of the wrong kind');
  return manifest;
}

function damaged(name: string, why: string, cause?: unknown): GuestError {
  const remedy = `'hartwood guest delete ${name}' removes it`;
  const message = `the manifest of guest '${name}' is damaged: ${why}; ${remedy}`;
  return new GuestError('guest-damaged', message, { cause });
}
