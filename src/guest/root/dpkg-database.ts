/**
 * dpkg's database for packages that were unpacked here: `dpkg --configure -a` in the guest finds what its
 * own unpacking would have left (dpkg(1), "status"; deb-triggers(5)).
 */
import type { TarHeader } from '../tar/writer.js';
import type { Control } from './control.js';

/** A small file of the tree. */
export interface TextFile extends TarHeader {
  readonly data: Uint8Array;
}

/** A package with the paths it owns, absolute, as it names them. */
export interface UnpackedPackage {
  readonly control: Control;
  readonly paths: readonly string[];
}

const FOLDER = 'var/lib/dpkg';
/** dpkg computes a configuration file's hash when it puts it in its place. */
const NEW_CONFFILE = 'newconffile';

/** All files of the database. */
export function* dpkgDatabase(packages: readonly UnpackedPackage[]): Generator<TextFile> {
  yield textFile(`${FOLDER}/status`, packages.map(({ control }) => status(control)).join('\n'));
  yield textFile(`${FOLDER}/available`, '');
  // Version 1: names with their architecture where it matters.
  yield textFile(`${FOLDER}/info/format`, '1\n');
  for (const { control, paths } of packages) {
    yield textFile(`${FOLDER}/info/${control.instance}.list`, `${paths.join('\n')}\n`);
    for (const [name, { mode, data }] of control.files) {
      const path = `${FOLDER}/info/${control.instance}.${name}`;
      yield { type: 'file', path, mode, size: data.length, data };
    }
  }
  yield* triggers(packages);
}

function status({ stanza, conffiles }: Control): string {
  const lines = stanza.split('\n').filter((line) => line !== '');
  const fields = [lines[0], 'Status: install ok unpacked', ...lines.slice(1)];
  if (conffiles.length > 0) {
    fields.push('Conffiles:', ...conffiles.map((path) => ` ${path} ${NEW_CONFFILE}`));
  }
  return `${fields.join('\n')}\n`;
}

/** Who is interested in what: paths in one file, names in a file each. */
function* triggers(packages: readonly UnpackedPackage[]): Generator<TextFile> {
  const paths: string[] = [];
  const names = new Map<string, string[]>();
  for (const { control } of packages) {
    const text = new TextDecoder().decode(control.files.get('triggers')?.data);
    for (const line of text.split('\n')) {
      const [, kind, trigger] = /^\s*interest(-noawait|-await)?\s+(\S+)\s*$/.exec(line) ?? [];
      if (trigger === undefined) continue;
      const interested = `${control.instance}${kind === '-noawait' ? '/noawait' : ''}`;
      if (trigger.startsWith('/')) paths.push(`${trigger} ${interested}`);
      else if (/^[\w.+:-]+$/.test(trigger)) {
        names.set(trigger, [...(names.get(trigger) ?? []), interested]);
      }
    }
  }
  yield textFile(`${FOLDER}/triggers/File`, paths.map((line) => `${line}\n`).join(''));
  yield textFile(`${FOLDER}/triggers/Unincorp`, '');
  for (const [name, interested] of names) {
    yield textFile(`${FOLDER}/triggers/${name}`, interested.map((line) => `${line}\n`).join(''));
  }
}

export function textFile(path: string, text: string, mode = 0o644): TextFile {
  const data = new TextEncoder().encode(text);
  return { type: 'file', path, mode, size: data.length, data };
}
