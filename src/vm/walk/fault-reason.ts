import type { TableEntry } from './table-entry.js';
import type { Access } from './walk.js';

/** Exception codes (Privileged 3.1.15). */
const PAGE_FAULTS = [12, 13, 15];
export const GUEST_PAGE_FAULTS: readonly number[] = [20, 21, 23];

/** What a walk that failed had read, and for whom. */
export interface FailedWalk {
  readonly cause: number;
  readonly access: Access;
  /** Whether U-mode or VU-mode asks. */
  readonly user: boolean;
  readonly entries: readonly TableEntry[];
}

/** Why a walk failed, as the last entry that it read tells it; undefined where that does not. */
export function faultReason(walk: FailedWalk): string | undefined {
  const guest = GUEST_PAGE_FAULTS.includes(walk.cause);
  if (!guest && !PAGE_FAULTS.includes(walk.cause)) {
    return 'a table is not in RAM, or PMP forbids to read or change it';
  }
  const last = walk.entries.at(-1);
  if (last === undefined || (last.stage === 'guest') !== guest) {
    return guest
      ? 'the guest-physical address has more bits than the tables translate'
      : 'the upper bits of the address are not all alike';
  }
  const reason = malformed(last) ?? forbidden(last, walk, guest);
  return reason === undefined ? undefined : `entry ${last.number} ${reason}`;
}

/** What no entry may be (steps 3 to 5 of Privileged 12.3.2). */
function malformed({ flags, kind, level, pageSize, target }: TableEntry): string | undefined {
  if (kind === 'invalid') return 'is not valid';
  if (flags.write && !flags.read) return 'may be written and not read, which is reserved';
  if (flags.reserved !== 0 || flags.memoryType === 3) return 'has reserved bits set';
  if (kind === 'table') {
    if (level === 0) return 'is no page, and there is no further level';
    if (flags.accessed || flags.dirty || flags.user)
      return 'leads to a table and has D, A or U set';
    if (flags.napot || flags.memoryType !== 0) return 'leads to a table and has N or PBMT set';
    return undefined;
  }
  if (flags.napot && level !== 0) return 'has N set, which only pages of the last level may';
  return target % BigInt(pageSize) === 0n ? undefined : 'is a superpage that is not aligned';
}

/** What this access may not do there (steps 6 to 9; for the G-stage Privileged 15.5.1). */
function forbidden(
  { flags, kind, serves }: TableEntry,
  { access, user }: FailedWalk,
  guest: boolean,
): string | undefined {
  if (kind !== 'page') return undefined;
  // An entry of the first stage is read, or written, whatever the access is.
  const wanted = { address: access, entry: 'read', update: 'write' }[serves];
  if (guest && !flags.user) return 'is not for users, as whom the G-stage takes everyone';
  if (!guest && user && !flags.user) return 'is not for users';
  if (wanted === 'fetch' && !flags.execute) return 'may not be executed';
  if (wanted === 'write' && !flags.write) return 'may not be written';
  if (wanted === 'read' && !flags.read) return 'may not be read';
  if (!guest && !user && flags.user) {
    return access === 'fetch' ? 'is for users only' : 'is for users, and SUM is clear';
  }
  if (!flags.accessed) return 'has A clear';
  return wanted === 'write' && !flags.dirty ? 'has D clear' : undefined;
}
