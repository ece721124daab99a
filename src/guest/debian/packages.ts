/** The index of an archive's packages (`Packages`), and what is looked up in it. */
import { GuestError } from '../errors.js';
import { parseStanza, type Stanza, splitStanzas } from './deb822.js';

/** A package file in the archive. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** Path under the mirror's root. */
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
  /** The `Depends` field, as it stands. */
  readonly depends: string;
  /** All fields, by name in lower case. */
  readonly fields: Stanza;
}

/** The packages of an index whose names were asked for. */
export class PackageIndex {
  // Parsed when asked for: a suite has 66,000 of them.
  readonly #texts = new Map<string, string>();
  readonly #parsed = new Map<string, Package>();
  readonly #providers = new Map<string, string[]>();

  /**
   * Reads an unpacked index, keeping the packages whose names `wanted` accepts: the whole has some
   * 50 MB. Of several versions the last counts; the archive lists one per suite and architecture.
   */
  static async read(
    stream: AsyncIterable<Uint8Array>,
    wanted: (name: string) => boolean,
  ): Promise<PackageIndex> {
    const index = new PackageIndex();
    for await (const text of splitStanzas(stream)) {
      const name = /^Package: *(\S+)$/m.exec(text)?.[1];
      if (name === undefined || !wanted(name)) continue;
      index.#texts.set(name, text);
      for (const virtual of virtualNames(text)) {
        const providers = index.#providers.get(virtual) ?? [];
        if (!providers.includes(name)) providers.push(name);
        index.#providers.set(virtual, providers);
      }
    }
    return index;
  }

  /** A package by its name; undefined if the index has none. @throws GuestError `guest-package` */
  get(name: string): Package | undefined {
    const parsed = this.#parsed.get(name);
    if (parsed !== undefined) return parsed;
    const text = this.#texts.get(name);
    if (text === undefined) return undefined;
    const found = toPackage(name, parseStanza(text));
    this.#parsed.set(name, found);
    return found;
  }

  /** @throws GuestError `guest-package` if the index has none of this name */
  find(name: string): Package {
    const found = this.get(name);
    if (found === undefined) {
      throw new GuestError('guest-package', `the mirror's index has no package ${name}`);
    }
    return found;
  }

  /** Packages that say they provide a name (`Provides`), in the index's order. */
  providers(virtual: string): Package[] {
    return (this.#providers.get(virtual) ?? []).map((name) => this.find(name));
  }

  /** All names of packages. */
  names(): Iterable<string> {
    return this.#texts.keys();
  }

  /** Names of the packages without which a Debian system is none (Policy 3.8), in the index's order. */
  essential(): string[] {
    const marked = [...this.#texts].filter(([, text]) => /^Essential: *yes$/m.test(text));
    return marked.map(([name]) => name);
  }

  /**
   * The package with the kernel itself, on which the metapackage of this name depends. Its own name
   * holds the kernel's release.
   *
   * @throws GuestError `guest-package`
   */
  findKernel(metapackage: string): { package: Package; release: string } {
    const prefix = 'linux-image-';
    const { depends } = this.find(metapackage);
    for (const dependency of depends.split(',')) {
      const name = /^\s*([^\s(:|]+)/.exec(dependency)?.[1];
      if (name?.startsWith(prefix)) {
        return { package: this.find(name), release: name.slice(prefix.length) };
      }
    }
    throw new GuestError('guest-package', `${metapackage} depends on no kernel, only "${depends}"`);
  }
}

function virtualNames(stanza: string): string[] {
  const field = /^Provides: *(.*)$/m.exec(stanza)?.[1] ?? '';
  return field.split(',').flatMap((entry) => /^\s*([^\s(:]+)/.exec(entry)?.[1] ?? []);
}

function toPackage(name: string, fields: Stanza): Package {
  const filename = fields.get('filename') ?? '';
  const sha256 = (fields.get('sha256') ?? '').toLowerCase();
  const size = Number(fields.get('size'));
  const version = fields.get('version') ?? '';
  const inside = filename !== '' && !filename.split('/').includes('..');
  if (!inside || !/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(size)) {
    throw new GuestError('guest-package', `the index entry of package ${name} is incomplete`);
  }
  return { name, version, filename, size, sha256, depends: fields.get('depends') ?? '', fields };
}
