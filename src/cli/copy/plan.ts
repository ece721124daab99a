import { stat } from 'node:fs/promises';
import { ConfigurationError } from '../../core/errors.js';
import { parsePlace } from './place.js';

const FORMS = "right would be 'cp FILE... NAME:PATH' or 'cp NAME:PATH... FILE'";

/** What `hartwood cp` is to do. */
export interface CopyPlan {
  readonly guest: string;
  readonly direction: 'in' | 'out';
  /** Paths, here or there; none if a tar stream is read. */
  readonly from: readonly string[];
  /** A path; none if a tar stream is written. */
  readonly to?: string;
}

/** Reads the words behind `cp`, the target last. @throws ConfigurationError */
export function planCopy(words: readonly string[]): CopyPlan {
  const places = words.map(parsePlace);
  const target = places.at(-1);
  const sources = places.slice(0, -1);
  if (target === undefined || sources.length === 0) {
    throw new ConfigurationError(`cp needs a source and a target; ${FORMS}`);
  }
  const guests = new Set(places.flatMap((place) => (place.kind === 'guest' ? [place.guest] : [])));
  const [guest] = guests;
  if (guest === undefined) throw new ConfigurationError(`cp names no guest; ${FORMS}`);
  if (guests.size > 1) {
    throw new ConfigurationError(`cp works with one guest, not with ${[...guests].join(' and ')}`);
  }
  const paths = sources.flatMap((place) => (place.kind === 'stream' ? [] : [place.path]));
  if (sources.length > 1 && paths.length < sources.length) {
    throw new ConfigurationError("cp: '-' must be the only source");
  }
  const direction = target.kind === 'guest' ? 'in' : 'out';
  const wrong = sources.some((place) => (place.kind === 'guest') !== (direction === 'out'));
  if (wrong) throw new ConfigurationError(`cp copies into a guest or out of it; ${FORMS}`);
  if (target.kind === 'stream' && paths.length > 1) {
    throw new ConfigurationError("cp: '-' takes one source");
  }
  return {
    guest,
    direction,
    from: paths,
    ...(target.kind === 'stream' ? {} : { to: target.path }),
  };
}

/** Refuses what can be seen to be wrong before a guest is booted. @throws ConfigurationError */
export async function checkTarget({ direction, from, to }: CopyPlan): Promise<void> {
  if (direction === 'in' || to === undefined || from.length < 2) return;
  const isFolder = await stat(to).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new ConfigurationError(`'${to}' is no folder; several sources need one`);
}
