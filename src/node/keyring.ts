import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = '/usr/share/keyrings';

/** The machine's Debian archive keyrings, as they are; none on a machine that is no Debian. */
export async function debianKeyrings(folder = FOLDER): Promise<Uint8Array[]> {
  const names = await readdir(folder).catch(() => []);
  const wanted = names.filter((name) => /^debian-archive-.*\.(gpg|pgp)$/.test(name)).sort();
  const files = wanted.map((name) => readFile(join(folder, name)).catch(() => undefined));
  return (await Promise.all(files)).filter((content) => content !== undefined);
}
