import { GuestError } from '../../guest/errors.js';
import { L2_PATH } from '../../guest/nested/l2-command.js';
import { NESTED_GUEST, NESTED_PACKAGES, nestedFiles } from '../../guest/nested/recipe.js';
import { FileCache } from '../file-cache.js';
import { debianGuest } from '../guest-store.js';
import { debianMirror } from '../mirror.js';
import { type BuildGuestOptions, buildGuest } from './build-guest.js';
import { guestFolder, guestsDirectory } from './guest-folder.js';
import { isThere, showGuest } from './list.js';

export type NestedGuestOptions = Pick<
  BuildGuestOptions,
  'mirror' | 'guests' | 'progress' | 'signal'
>;

/** See `nestedGuest` in api.ts. */
export async function nestedGuest(options: NestedGuestOptions = {}): Promise<string> {
  const { guests = guestsDirectory(), progress, signal } = options;
  if (await isThere(guestFolder(NESTED_GUEST, guests))) {
    await mustBeNested(guests);
    return NESTED_GUEST;
  }
  const mirror = options.mirror ?? (await debianMirror());
  const image = await debianGuest({ mirror, cache: new FileCache(), progress, signal });
  await buildGuest({
    ...options,
    name: NESTED_GUEST,
    include: NESTED_PACKAGES,
    files: nestedFiles(image),
    mirror,
    guests,
  });
  return NESTED_GUEST;
}

/** @throws GuestError `guest-name` for a guest that somebody made of other things */
async function mustBeNested(guests: string): Promise<void> {
  const { manifest } = await showGuest(NESTED_GUEST, guests);
  if (manifest.files?.includes(L2_PATH)) return;
  const remedy = `'hartwood guest delete ${NESTED_GUEST}' makes room for the one that is wanted`;
  throw new GuestError('guest-name', `guest '${NESTED_GUEST}' has no ${L2_PATH}; ${remedy}`);
}
