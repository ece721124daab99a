import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors.js';
import { buildTools, writeBuilder } from '../../guest/builder/contents.js';
import { joinCpio } from '../../guest/cpio.js';
import {
  type ArchiveOptions,
  fetchPackage,
  openArchive,
  openPackage,
  SUITE,
} from '../../guest/debian/archive.js';
import type { Package } from '../../guest/debian/packages.js';
import { resolvePackages } from '../../guest/debian/resolver/resolve.js';
import { GuestError } from '../../guest/errors.js';
import type { GuestImage, ReportProgress } from '../../guest/image.js';
import type { GuestManifest } from '../../guest/manifest.js';
import { baseSystem } from '../../guest/root/base-system.js';
import { instanceName } from '../../guest/root/control.js';
import type { TextFile } from '../../guest/root/dpkg-database.js';
import { archived, type GuestFile } from '../../guest/root/guest-file.js';
import { rootArchive } from '../../guest/root/root-archive.js';
import { systemFiles } from '../../guest/root/system-files.js';
import { formatMemorySize, parseMemorySize } from '../../machine/memory-size.js';
import { FileCache } from '../file-cache.js';
import { debianGuest } from '../guest-store.js';
import { debianKeyrings } from '../keyring.js';
import { debianMirror } from '../mirror.js';
import { runBuilder } from './build-machine.js';
import { claimBuild } from './claims.js';
import {
  GUEST_FILES,
  guestFolder,
  guestsDirectory,
  guestsTrouble,
  makeGuestsDirectory,
} from './guest-folder.js';
import { isThere } from './list.js';

export interface BuildGuestOptions {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Debian packages, by name; they come with all they depend on. */
  readonly include?: readonly string[];
  /** Of the disk: '2G', or bytes. Only what is written takes room. Default 2G. */
  readonly size?: string | number;
  /** Takes what the packages recommend, too. Default false. */
  readonly recommends?: boolean;
  /** Files beside those of packages; where both have one, these stay. */
  readonly files?: readonly GuestFile[];
  /** The Debian archive's root; default: see `debianMirror`. */
  readonly mirror?: string;
  /** The folder of guests; default: see `guestsDirectory`. */
  readonly guests?: string;
  readonly progress?: ReportProgress;
  readonly signal?: AbortSignal;
}

const DEFAULT_SIZE = '2G';
const LEAST_SIZE = 256 * 2 ** 20;
/** What ext4 can have with blocks of 4 KiB and 32-bit numbers is more; nobody has asked for it. */
const MOST_SIZE = 2 ** 40;
/** Of what packages say they take, the file system's own needs and what scripts make come on top. */
const ROOM = 1.25;

/**
 * Builds a guest: chooses and fetches packages, unpacks them, has a machine of ours put them on a disk and
 * configure them. It is listed once all of it is there; when anything fails nothing is left of it.
 *
 * @throws GuestError, ConfigurationError for a size, DiskError, what `Host.create` throws; the signal's
 * reason when it aborts
 */
export async function buildGuest(options: BuildGuestOptions): Promise<GuestManifest> {
  const { name, guests = guestsDirectory(), signal } = options;
  const size = diskSize(options.size ?? DEFAULT_SIZE);
  const folder = guestFolder(name, guests);
  const files = [...systemFiles(name), ...(options.files ?? []).map(archived)];
  signal?.throwIfAborted();
  await makeGuestsDirectory(guests);
  try {
    await mustBeNew(name, folder);
    const work = await claimBuild(guests, name);
    try {
      const manifest = await build(options, size, files, work);
      await mustBeNew(name, folder);
      await rm(join(work, 'owner'));
      await rename(work, folder);
      return manifest;
    } catch (error) {
      await rm(work, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw guestsTrouble(guests, error);
  }
}

async function build(
  options: BuildGuestOptions,
  size: number,
  files: readonly TextFile[],
  work: string,
): Promise<GuestManifest> {
  const { name, include = [], recommends = false, progress, signal } = options;
  const mirror = options.mirror ?? (await debianMirror());
  const cache = new FileCache();
  const image = await debianGuest({ mirror, cache, progress, signal });
  const archive = { mirror, cache, keyring: debianKeyrings, progress, signal };
  const index = await openArchive(archive, () => true);
  const packages = resolvePackages(index, [...baseSystem(index), ...include], { recommends });
  mustFit(packages, files, size);
  const tools = await buildTools(archive, index);
  await fetchAll(archive, packages);

  const tar = join(work, 'root.tar');
  await writeArchive(archive, packages, files, tar);
  const instances = packages.map(({ fields }) => instanceName(fields));
  const initrd = joinCpio(image.initrd, await image.modulesOnDemand());
  const disk = join(work, GUEST_FILES.disk);
  const { used } = await runBuilder({
    kernel: image.kernel,
    initrd: joinCpio(initrd, writeBuilder(tools, name, instances)),
    append: image.append,
    disk,
    size,
    tar,
    packages: packages.length,
    progress,
    signal,
  });
  await rm(tar);
  const manifest: GuestManifest = {
    format: 1,
    name,
    created: new Date().toISOString(),
    suite: SUITE,
    include: [...include],
    packages: packages.map((pack) => ({ name: pack.name, version: pack.version })),
    files: (options.files ?? []).map(({ path }) => path),
    kernel: image.release,
    append: image.append,
    size,
    used,
  };
  await keep(work, image, initrd, manifest);
  return manifest;
}

/** @throws ConfigurationError */
function diskSize(size: string | number): number {
  const bytes = parseMemorySize(size, "the guest's disk");
  if (bytes >= LEAST_SIZE && bytes <= MOST_SIZE && bytes % 4096 === 0) return bytes;
  const range = `between ${formatMemorySize(LEAST_SIZE)} and ${formatMemorySize(MOST_SIZE)}`;
  throw new ConfigurationError(`the guest's disk must be ${range} in whole 4K, not ${size}`);
}

async function mustBeNew(name: string, folder: string): Promise<void> {
  if (!(await isThere(folder))) return;
  const remedy = `'hartwood guest delete ${name}' removes it`;
  throw new GuestError('guest-name', `there is a guest '${name}' already; ${remedy}`);
}

/** @throws GuestError `guest-build` before anything is fetched for a disk that is too small */
function mustFit(packages: readonly Package[], files: readonly TextFile[], size: number): void {
  // KiB, as the packages say (Policy 5.6.20).
  const content = packages.reduce(
    (sum, { fields }) => sum + 1024 * (Number(fields.get('installed-size')) || 0),
    files.reduce((sum, { data }) => sum + data.length, 0),
  );
  if (content * ROOM <= size) return;
  const [least, given] = [Math.ceil((content * ROOM) / 2 ** 20), Math.floor(size / 2 ** 20)];
  const message = `these packages need a disk of ${least}M at least, not of ${given}M`;
  throw new GuestError('guest-build', `${message}; --size gives it another size`);
}

async function fetchAll(archive: ArchiveOptions, packages: readonly Package[]): Promise<void> {
  const total = packages.reduce((sum, pack) => sum + pack.size, 0);
  const what = `${packages.length} packages`;
  let before = 0;
  let began = false;
  for (const pack of packages) {
    const progress: ReportProgress = ({ done }) => {
      began = true;
      archive.progress?.({ step: 'download', what, item: pack.name, done: before + done, total });
    };
    await fetchPackage({ ...archive, progress }, pack);
    before += pack.size;
  }
  if (began) archive.progress?.({ step: 'download', what, done: total, total });
}

async function writeArchive(
  archive: ArchiveOptions,
  packages: readonly Package[],
  files: readonly TextFile[],
  path: string,
): Promise<void> {
  const total = packages.reduce((sum, pack) => sum + pack.size, 0);
  const what = `${packages.length} packages`;
  let before = 0;
  const openPart = (pack: Package, part: 'data' | 'control') => {
    if (part === 'control') return openPackage(archive, pack, part);
    const offset = before;
    before += pack.size;
    const progress: ReportProgress = ({ done }) =>
      archive.progress?.({ step: 'unpack', what, item: pack.name, done: offset + done, total });
    return openPackage({ ...archive, progress }, pack, part);
  };
  const file = await open(path, 'wx');
  try {
    for await (const bytes of rootArchive(packages, openPart, files)) {
      await file.writeFile(bytes);
    }
  } finally {
    await file.close();
  }
  archive.progress?.({ step: 'unpack', what, done: total, total });
}

/** Writes what belongs to the disk, durably, the manifest last. */
async function keep(
  work: string,
  image: GuestImage,
  initrd: Uint8Array,
  manifest: GuestManifest,
): Promise<void> {
  const text = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`);
  const files = [
    [GUEST_FILES.kernel, image.kernel],
    [GUEST_FILES.initrd, initrd],
    [GUEST_FILES.manifest, text],
  ] as const;
  for (const [name, content] of files) {
    const file = await open(join(work, name), 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
