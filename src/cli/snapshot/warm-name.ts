/** What snapshots of the default guest are called, which are kept behind its boot. */
const BEGINNING = 'debian@';

export const warmName = (key: string): string => `${BEGINNING}${key}`;

/** A user's names have no '@'. */
export const isWarmName = (name: string | undefined): boolean =>
  name?.startsWith(BEGINNING) === true;
