/** The index of an archive's packages (`Packages`), and what the recipe looks up in it. */
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
}

/** The packages of an index whose names were asked for. */
export class PackageIndex {
  readonly #packages = new Map<string, Package>();

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
      index.#packages.set(name, toPackage(name, parseStanza(text)));
    }
    return index;
  }

  /** @throws GuestError `guest-package` if the index has none of this name */
  find(name: string): Package {
    const found = this.#packages.get(name);
    if (found === undefined) {
      throw new GuestError('guest-package', `the mirror's index has no package ${name}`);
    }
    return found;
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

function toPackage(name: string, stanza: Stanza): Package {
  const filename = stanza.get('filename') ?? '';
  const sha256 = (stanza.get('sha256') ?? '').toLowerCase();
  const size = Number(stanza.get('size'));
  const version = stanza.get('version') ?? '';
  const inside = filename !== '' && !filename.split('/').includes('..');
  if (!inside || !/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(size)) {
    throw new GuestError('guest-package', `the index entry of package ${name} is incomplete`);
  }
  return { name, version, filename, size, sha256, depends: stanza.get('depends') ?? '' };
}
