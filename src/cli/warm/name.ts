import type { WarmKey } from './key.js';

/** What snapshots of the default guest are called, which are kept behind its boot. A user's names have no '@'. */
const BEGINNING = 'debian@';

export const warmName = ({ build, shape }: WarmKey): string => `${BEGINNING}${build}-${shape}`;

export const isWarmName = (name: string | undefined): boolean =>
  name?.startsWith(BEGINNING) === true;

/** Whether that Hartwood made it which the key is of. */
export const isOfBuild = (name: string | undefined, { build }: WarmKey): boolean =>
  name?.startsWith(`${BEGINNING}${build}-`) === true;
