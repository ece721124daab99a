import { ConfigurationError } from '../../core/errors.js';
import type { TextFile } from './dpkg-database.js';

/** A file of a guest's disk that no package brings. */
export interface GuestFile {
  /** Absolute; folders that are not there are made. */
  readonly path: string;
  readonly data: Uint8Array;
  /** Permission bits. Default 0o644. */
  readonly mode?: number;
}

/** The file as an archive has it. @throws ConfigurationError for a path that is not absolute and plain */
export function archived({ path, data, mode = 0o644 }: GuestFile): TextFile {
  const names = path.split('/').slice(1);
  if (!path.startsWith('/') || names.some((name) => name === '' || /^\.\.?$/.test(name))) {
    const right = "right would be one such as '/usr/local/bin/tool'";
    throw new ConfigurationError(`a guest's file cannot be '${path}'; ${right}`);
  }
  return { type: 'file', path: names.join('/'), mode, size: data.length, data };
}
