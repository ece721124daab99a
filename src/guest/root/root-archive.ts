/** A root file system as one tar archive, out of packages and what dpkg has to know of them. */
import type { Header } from 'tar-stream';
import { parseStanza } from '../debian/deb822.js';
import type { Package } from '../debian/packages.js';
import { parseRelationList, relationMatches } from '../debian/relation.js';
import { GuestError } from '../errors.js';
import { tarEntries } from '../tar/reader.js';
import { type TarHeader, tarEnd, tarHeader, tarPadding } from '../tar/writer.js';
import { type Control, readControl } from './control.js';
import { dpkgDatabase, type TextFile, type UnpackedPackage } from './dpkg-database.js';
import { FileTree } from './file-tree.js';
import { isLeftOut } from './left-out.js';

/** Opens one of a package's two archives (deb(5)), unpacked. */
export type OpenPackage = (
  pack: Package,
  part: 'data' | 'control',
) => Promise<ReadableStream<Uint8Array>>;

/** Links that each system has since `/usr` was merged, and no package brings. */
const MERGED = ['bin', 'lib', 'sbin'];
/** Where dpkg unpacks a configuration file, until it knows whether the user's own is to stay. */
const CONFFILE_SUFFIX = '.dpkg-new';

/**
 * The archive's bytes. Packages are unpacked as dpkg does it, to be configured later: configuration files
 * stand beside their places as `.dpkg-new`. At most one file is held in memory at a time, in pieces.
 *
 * @param packages in the order in which to unpack them
 * @param extra files of ours, behind those of the packages
 * @throws GuestError `guest-corrupt` for a package that is broken or leads out of the tree,
 * `guest-package` where two have the same file
 */
export async function* rootArchive(
  packages: readonly Package[],
  open: OpenPackage,
  extra: readonly TextFile[],
): AsyncGenerator<Uint8Array, void> {
  const tree = new FileTree();
  for (const name of MERGED) {
    const target = `usr/${name}`;
    tree.set(name, { type: 'symlink', owner: '', target });
    yield tarHeader({ type: 'symlink', path: name, mode: 0o777, target });
  }
  const owners = new Map<string, Unpacked>();
  for (const pack of packages) {
    const control = await readControl(await open(pack, 'control'), pack.name);
    const unpacked = new Unpacked(pack, control);
    owners.set(pack.name, unpacked);
    yield* packageEntries(unpacked, await open(pack, 'data'), tree, owners);
  }
  const results = [...owners.values()].map((entry) => entry.result());
  for (const file of [...dpkgDatabase(results), ...extra]) {
    yield tarHeader(file);
    yield file.data;
    yield tarPadding(file.data.length);
  }
  yield tarEnd();
}

/** A package, and the paths it owns so far, by their places. */
class Unpacked {
  readonly pack: Package;
  readonly control: Control;
  readonly #paths = new Map<string, string>([['', '/.']]);

  constructor(pack: Package, control: Control) {
    this.pack = pack;
    this.control = control;
  }

  owns(place: string, path: string): void {
    this.#paths.set(place, `/${path}`);
  }

  loses(place: string): void {
    this.#paths.delete(place);
  }

  /** Whether its files may stand where the other package's do (Policy 7.6). */
  replaces({ name, version }: Package): boolean {
    const field = parseStanza(this.control.stanza).get('replaces') ?? '';
    const replaced = parseRelationList(field);
    return replaced.some((relation) => relationMatches(relation, { name, version }));
  }

  result(): UnpackedPackage {
    return { control: this.control, paths: [...this.#paths.values()] };
  }
}

async function* packageEntries(
  unpacked: Unpacked,
  data: ReadableStream<Uint8Array>,
  tree: FileTree,
  owners: ReadonlyMap<string, Unpacked>,
): AsyncGenerator<Uint8Array, void> {
  const { pack, control } = unpacked;
  const conffiles = new Set(control.conffiles);
  for await (const { header, content } of tarEntries(data, pack.name)) {
    const path = header.name.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
    if (path === '' || path === '.' || isLeftOut(path)) continue;
    const place = tree.place(path, pack.name);
    if (!claim(unpacked, place, path, header, tree, owners)) continue;
    const target = header.type === 'link' ? tree.place(linkPath(header), pack.name) : undefined;
    if (target !== undefined && tree.get(target) === undefined) {
      throw new GuestError('guest-corrupt', `${pack.name}: ${path} is a link to nothing`);
    }
    const written = conffiles.has(`/${path}`) ? `${place}${CONFFILE_SUFFIX}` : place;
    const entry = entryFor(written, header, pack.name, target);
    yield tarHeader(entry);
    if (entry.type !== 'file') continue;
    yield* content();
    yield tarPadding(entry.size ?? 0);
  }
}

/** Gives a place to a package; false if what is there stays. */
function claim(
  unpacked: Unpacked,
  place: string,
  path: string,
  header: Header,
  tree: FileTree,
  owners: ReadonlyMap<string, Unpacked>,
): boolean {
  const { pack } = unpacked;
  const before = tree.get(place);
  const type =
    header.type === 'directory' || header.type === 'symlink' ? header.type : ('other' as const);
  // A directory may be a link that another package has put there.
  const stays = type === 'directory' && before !== undefined && before.type !== 'other';
  const sameLink = type === 'symlink' && before?.target === (header.linkname ?? '');
  if (stays || sameLink) {
    unpacked.owns(place, path);
    return false;
  }
  if (before !== undefined && before.owner !== pack.name) {
    const other = owners.get(before.owner);
    if (other?.replaces(pack)) return false;
    if (before.type === 'directory' || !unpacked.replaces(other?.pack ?? pack)) {
      const message = `packages ${before.owner} and ${pack.name} both have /${place}`;
      throw new GuestError('guest-package', message);
    }
    other?.loses(place);
  }
  unpacked.owns(place, path);
  const target = header.linkname ?? '';
  const node = { type, owner: pack.name };
  tree.set(place, type === 'symlink' ? { ...node, target } : node);
  return true;
}

function linkPath({ linkname }: Header): string {
  return (linkname ?? '').replace(/^(\.?\/)+/, '');
}

function entryFor(
  path: string,
  header: Header,
  name: string,
  target: string | undefined,
): TarHeader {
  const { mode = 0, uid = 0, gid = 0, mtime } = header;
  const time = Math.floor((mtime?.getTime() ?? 0) / 1000);
  const common = { path, mode: mode & 0o7777, uid, gid, time };
  switch (header.type) {
    case 'file':
      return { ...common, type: 'file', size: header.size ?? 0 };
    case 'directory':
    case 'fifo':
      return { ...common, type: header.type };
    case 'link':
      return { ...common, type: 'link', target: target ?? '' };
    case 'symlink':
      return { ...common, type: 'symlink', target: header.linkname ?? '' };
    case 'character-device':
    case 'block-device': {
      const device = [header.devmajor ?? 0, header.devminor ?? 0] as const;
      return { ...common, type: header.type, device };
    }
    default:
      throw new GuestError('guest-corrupt', `${name}: /${path} is of type ${header.type}`);
  }
}
