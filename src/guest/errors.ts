import { HartwoodError } from '../core/errors.js';

/**
 * What kept a guest from being prepared:
 *
 * - `guest-mirror`: no Debian mirror is known
 * - `guest-network`: the mirror cannot be reached, broke off, or does not have a file
 * - `guest-signature`: the index is not signed by a key that this project trusts, or is out of date
 * - `guest-corrupt`: a file is not what the index says, or cannot be unpacked
 * - `guest-package`: a package, or a file in it, that the recipe needs is not there
 * - `guest-disk`: the cache, or the folder of guests, cannot be written
 * - `guest-name`: a guest's name that cannot be, that none has, or that one has already
 * - `guest-busy`: a guest is being built or run by somebody else
 * - `guest-damaged`: a guest's files are not what its manifest says
 * - `guest-build`: the machine that builds a guest failed at it
 */
export type GuestErrorCode =
  | 'guest-mirror'
  | 'guest-network'
  | 'guest-signature'
  | 'guest-corrupt'
  | 'guest-package'
  | 'guest-disk'
  | 'guest-name'
  | 'guest-busy'
  | 'guest-damaged'
  | 'guest-build';

/** A guest could not be prepared or used. Nothing that was there is harmed; another attempt may follow. */
export class GuestError extends HartwoodError {
  declare readonly code: GuestErrorCode;

  constructor(code: GuestErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}
