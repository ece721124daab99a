import { prepareDebian, recipeHash } from '../guest/debian/recipe.js';
import type { GuestImage, ReportProgress } from '../guest/image.js';
import { FileCache } from './file-cache.js';
import { debianKeyrings } from './keyring.js';
import { debianMirror } from './mirror.js';

export interface DebianGuestOptions {
  /** The archive's root; default: see `debianMirror`. Asked for only if the guest is not cached. */
  readonly mirror?: string;
  readonly cache?: FileCache;
  /** Prepares the guest anew, from the mirror's present versions, even if it is cached. */
  readonly refresh?: boolean;
  readonly progress?: ReportProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a finished guest stands in the cache: the image's texts, and its files by hash. */
interface StoredGuest {
  readonly name: string;
  readonly release: string;
  readonly append: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly modulesOnDemand: string;
}

/** Under which name the cache has the default guest, once it was prepared. */
export async function debianRef(): Promise<string> {
  return `debian-${(await recipeHash()).slice(0, 16)}`;
}

/**
 * The default guest, from the cache if it was prepared before by the same recipe; else it is prepared
 * and kept there.
 *
 * @throws GuestError; the signal's reason when it aborts
 */
export async function debianGuest(options: DebianGuestOptions = {}): Promise<GuestImage> {
  const { cache = new FileCache(), progress, signal } = options;
  const ref = await debianRef();
  if (!options.refresh) {
    const image = await loadGuest(cache, ref, options);
    if (image !== undefined) return image;
  }
  const mirror = options.mirror ?? (await debianMirror());
  const image = await prepareDebian({ mirror, cache, keyring: debianKeyrings, progress, signal });
  const { name, release, append } = image;
  const kernel = await cache.put(image.kernel);
  const initrd = await cache.put(image.initrd);
  const modulesOnDemand = await cache.put(await image.modulesOnDemand());
  const stored: StoredGuest = { name, release, append, kernel, initrd, modulesOnDemand };
  await cache.setRef(ref, `${JSON.stringify(stored)}\n`);
  return image;
}

async function loadGuest(
  cache: FileCache,
  ref: string,
  options: DebianGuestOptions,
): Promise<GuestImage | undefined> {
  const stored = parseStored(await cache.ref(ref));
  if (stored === undefined) return undefined;
  const [kernel, initrd] = await Promise.all([
    cache.load(stored.kernel),
    cache.load(stored.initrd),
  ]);
  if (kernel === undefined || initrd === undefined) return undefined;
  // Few machines need them, and reading checks their hash.
  const modulesOnDemand = async () =>
    (await cache.load(stored.modulesOnDemand)) ??
    (await (await debianGuest({ ...options, refresh: true })).modulesOnDemand());
  return { ...stored, kernel, initrd, modulesOnDemand };
}

/** What cannot be read counts as absent: it is made anew. */
function parseStored(text: string | undefined): StoredGuest | undefined {
  try {
    const stored: Record<keyof StoredGuest, unknown> = JSON.parse(text ?? '');
    const isHash = (value: unknown): boolean => /^[0-9a-f]{64}$/.test(String(value));
    const texts = Object.values(stored).every((value) => typeof value === 'string');
    const hashes = [stored.kernel, stored.initrd, stored.modulesOnDemand];
    if (!texts || !hashes.every(isHash)) return undefined;
    return stored as StoredGuest;
  } catch {
    return undefined;
  }
}
