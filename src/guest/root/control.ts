import { readAll } from '../byte-reader.js';
import { parseStanza, type Stanza } from '../debian/deb822.js';
import { GuestError } from '../errors.js';
import { tarEntries } from '../tar/reader.js';

/** What a package's `control.tar` holds for dpkg. */
export interface Control {
  /** The package's stanza, as it stands. */
  readonly stanza: string;
  /** See `instanceName`. */
  readonly instance: string;
  /** Absolute paths of its configuration files. */
  readonly conffiles: readonly string[];
  /** Scripts and lists by name: `postinst`, `md5sums`, `templates`… */
  readonly files: ReadonlyMap<string, { readonly mode: number; readonly data: Uint8Array }>;
}

/** Bytes; the largest have some hundred thousand. */
const LARGEST = 2 ** 24;

/** @throws GuestError `guest-corrupt` if it is broken or of another package than `name` */
export async function readControl(
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<Control> {
  const files = new Map<string, { mode: number; data: Uint8Array }>();
  for await (const { header, content } of tarEntries(stream, name)) {
    const file = /^(?:\.\/)?([a-z0-9]+)$/.exec(header.name)?.[1];
    if (header.type !== 'file' || file === undefined) continue;
    if ((header.size ?? 0) > LARGEST) {
      throw new GuestError('guest-corrupt', `${name}: its control file ${file} is too large`);
    }
    files.set(file, { mode: (header.mode ?? 0) & 0o777, data: await readAll(content()) });
  }
  const text = (file: string): string => new TextDecoder().decode(files.get(file)?.data);
  const stanza = text('control').trim();
  const fields = parseStanza(stanza);
  if (fields.get('package') !== name) {
    const found = fields.get('package') ?? 'nothing';
    throw new GuestError('guest-corrupt', `the package file of ${name} holds ${found}`);
  }
  const conffiles = text('conffiles').split('\n');
  files.delete('control');
  return {
    stanza,
    instance: instanceName(fields),
    // A line may begin with a flag (deb-conffiles(5)); what is to be removed is not there.
    conffiles: conffiles.map((line) => line.trim()).filter((line) => line.startsWith('/')),
    files,
  };
}

/** dpkg's name of a package: `name:architecture` where those of several may be installed side by side. */
export function instanceName(fields: Stanza): string {
  const name = fields.get('package') ?? '';
  return fields.get('multi-arch') === 'same' ? `${name}:${fields.get('architecture')}` : name;
}
