import { HartwoodError } from '../core/errors.js';

/**
 * What kept a guest from being prepared:
 *
 * - `guest-mirror`: no Debian mirror is known
 * - `guest-network`: the mirror cannot be reached, broke off, or does not have a file
 * - `guest-signature`: the index is not signed by a key that this project trusts, or is out of date
 * - `guest-corrupt`: a file is not what the index says, or cannot be unpacked
 * - `guest-package`: a package, or a file in it, that the recipe needs is not there
 * - `guest-disk`: the cache cannot be written
 */
export type GuestErrorCode =
  | 'guest-mirror'
  | 'guest-network'
  | 'guest-signature'
  | 'guest-corrupt'
  | 'guest-package'
  | 'guest-disk';

/** A guest could not be prepared. Nothing in the cache is harmed, and another attempt may follow. */
export class GuestError extends HartwoodError {
  declare readonly code: GuestErrorCode;

  constructor(code: GuestErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}
