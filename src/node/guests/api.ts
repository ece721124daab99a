/** Built guests for the door; each function loads what it needs when it is called. */
import type { GuestManifest } from '../../guest/manifest.js';
import type { BuildGuestOptions } from './build-guest.js';
import type { GuestEntry } from './list.js';
import type { NestedGuestOptions } from './nested-guest.js';
import type { OpenGuest, OpenGuestOptions } from './open-guest.js';

export type { GuestFile } from '../../guest/root/guest-file.js';
export type {
  BuildGuestOptions,
  GuestEntry,
  GuestManifest,
  NestedGuestOptions,
  OpenGuest,
  OpenGuestOptions,
};

/** See `BuildGuestOptions`. @throws GuestError, ConfigurationError, DiskError; the signal's reason */
export async function buildGuest(options: BuildGuestOptions): Promise<GuestManifest> {
  return (await import('./build-guest.js')).buildGuest(options);
}

/** All built guests, by name. @throws GuestError `guest-disk` */
export async function listGuests(guests?: string): Promise<GuestEntry[]> {
  return (await import('./list.js')).listGuests(guests);
}

/** What a guest is made of. @throws GuestError `guest-name`, `guest-damaged` */
export async function showGuest(name: string, guests?: string): Promise<GuestEntry> {
  return (await import('./list.js')).showGuest(name, guests);
}

/** Removes a guest with its disk. @throws GuestError `guest-name`, `guest-busy` */
export async function deleteGuest(name: string, guests?: string): Promise<void> {
  return (await import('./list.js')).deleteGuest(name, guests);
}

/**
 * Opens a guest to be booted: `host.create({ ...guest.spec, memory })`.
 *
 * @throws GuestError `guest-name`, `guest-damaged`, `guest-busy`; DiskError
 */
export async function openGuest(name: string, options?: OpenGuestOptions): Promise<OpenGuest> {
  return (await import('./open-guest.js')).openGuest(name, options);
}

/**
 * Builds the guest of `hartwood run --nested`, a hypervisor itself, unless it is there. Its name, for
 * `openGuest`; its VM needs `cpu: 'rv64,h=on'`, and 1G of memory to run a guest of its own in 256M.
 *
 * @throws GuestError `guest-name` if there is another guest of its name; what `buildGuest` throws
 */
export async function nestedGuest(options?: NestedGuestOptions): Promise<string> {
  return (await import('./nested-guest.js')).nestedGuest(options);
}
