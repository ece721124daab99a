/**
 * What of the packages is left out, as container images of Debian do: half of their files, which nobody
 * reads in a guest. Copyright notices stay. `dpkg` in the guest is told to go on in the same way.
 */
const EXCLUDED = [
  'usr/share/doc/',
  'usr/share/man/',
  'usr/share/info/',
  'usr/share/locale/',
  'usr/share/lintian/',
  'usr/share/linda/',
  'usr/share/groff/',
];

export function isLeftOut(path: string): boolean {
  if (/^usr\/share\/doc\/[^/]+(\/copyright)?$/.test(path)) return false;
  return EXCLUDED.some((folder) => path.startsWith(folder));
}

/** The same for `dpkg.cfg.d` (dpkg(1), --path-exclude). */
export const DPKG_EXCLUSIONS = [
  ...EXCLUDED.map((folder) => `path-exclude=/${folder}*`),
  'path-include=/usr/share/doc/*/copyright',
  '',
].join('\n');
