import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseStanza, splitStanzas } from '../guest/debian/deb822.js';
import { GuestError } from '../guest/errors.js';

/** Suites of Debian's main archive, by codename or by role; not those of its security archive. */
const SUITE = new RegExp(
  `^(?:${[
    ...['stable', 'oldstable', 'oldoldstable', 'testing', 'unstable', 'sid', 'experimental'],
    ...['bullseye', 'bookworm', 'trixie', 'forky', 'duke'],
  ].join('|')})(?:-updates|-backports|-proposed-updates)?$`,
);

/** An entry of apt's sources. */
interface Source {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Keyring file or embedded key; empty if not said. */
  readonly signedBy: string;
}

/**
 * The root of a Debian mirror: `HARTWOOD_DEBIAN_MIRROR` if it is set, else, on a Debian machine, the
 * first one that apt uses.
 *
 * @param root where the machine's files are, `/` but in tests
 * @throws GuestError `guest-mirror` that names the variable
 */
export async function debianMirror(env = process.env, root = '/'): Promise<string> {
  const given = env.HARTWOOD_DEBIAN_MIRROR;
  if (given) {
    if (/^https?:\/\/[^/]/.test(given)) return given;
    throw new GuestError(
      'guest-mirror',
      `HARTWOOD_DEBIAN_MIRROR is "${given}"; it must be an http or https URL`,
    );
  }
  for (const source of await aptSources(root)) {
    const mirror = source.uris.find((uri) => /^https?:\/\/[^/]/.test(uri));
    if (mirror !== undefined && isDebian(source)) return mirror;
  }
  throw new GuestError(
    'guest-mirror',
    'no Debian mirror is known on this machine; set HARTWOOD_DEBIAN_MIRROR to the URL of one',
  );
}

function isDebian({ suites, components, signedBy }: Source): boolean {
  return (
    suites.some((suite) => SUITE.test(suite)) &&
    components.includes('main') &&
    (!signedBy.startsWith('/') || signedBy.includes('debian-archive'))
  );
}

async function aptSources(root: string): Promise<Source[]> {
  // Derivatives' archives have the same suites, but their own signatures.
  if (!/^ID="?debian"?$/m.test(await readText(join(root, 'etc/os-release')))) return [];
  const folder = join(root, 'etc/apt/sources.list.d');
  const names = await readdir(folder).catch(() => []);
  const files = [join(root, 'etc/apt/sources.list'), ...names.sort().map((n) => join(folder, n))];
  const sources: Source[] = [];
  for (const file of files) {
    const text = await readText(file);
    if (file.endsWith('.list')) sources.push(...parseLines(text));
    else if (file.endsWith('.sources')) sources.push(...(await parseDeb822(text)));
  }
  return sources;
}

/** The one-line format (sources.list(5)): `deb [options] uri suite component…`. */
function parseLines(text: string): Source[] {
  return text.split('\n').flatMap((line) => {
    const [, options = '', rest = ''] = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?([^#]*)/.exec(line) ?? [];
    const [uri, suite, ...components] = words(rest);
    if (uri === undefined || suite === undefined) return [];
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1] ?? '';
    return [{ uris: [uri], suites: [suite], components, signedBy }];
  });
}

async function parseDeb822(text: string): Promise<Source[]> {
  const sources: Source[] = [];
  for await (const stanzaText of splitStanzas(once(new TextEncoder().encode(text)))) {
    const stanza = parseStanza(stanzaText);
    const list = (name: string): string[] => words(stanza.get(name) ?? '');
    if (!list('types').includes('deb') || stanza.get('enabled') === 'no') continue;
    sources.push({
      uris: list('uris'),
      suites: list('suites'),
      components: list('components'),
      signedBy: stanza.get('signed-by') ?? '',
    });
  }
  return sources;
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** A file's text; nothing if it cannot be read. */
async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
