import { type TextFile, textFile } from './dpkg-database.js';
import { DPKG_EXCLUSIONS } from './left-out.js';

/** Files of a guest that belong to no package. */
export function systemFiles(name: string): TextFile[] {
  return [
    textFile('etc/hostname', `${name}\n`),
    textFile('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${name}\n::1 localhost\n`),
    textFile('etc/fstab', '/dev/vda / ext4 defaults 0 1\n'),
    textFile('etc/dpkg/dpkg.cfg.d/left-out', DPKG_EXCLUSIONS),
  ];
}
