/** Debian's control format (deb822(5)): stanzas of `Name: value` lines, empty lines between them. */

import { GuestError } from '../errors.js';

/** The fields of one stanza; names in lower case. */
export type Stanza = ReadonlyMap<string, string>;

/**
 * Parses one stanza. A line that begins with a space continues the value before it, and is kept as a
 * line of its own, without that space. Comments (#) and lines that are neither are left out.
 */
export function parseStanza(text: string): Stanza {
  const fields = new Map<string, string>();
  let name: string | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    if (/^[ \t]/.test(line)) {
      if (name !== undefined) fields.set(name, `${fields.get(name)}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    name = line.slice(0, colon).toLowerCase();
    fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** Characters of a stanza; Debian's longest have some tens of thousands. */
const LONGEST = 2 ** 20;

/**
 * The text of each stanza of a stream, as it arrives.
 *
 * @throws GuestError `guest-corrupt` for one without end
 */
export async function* splitStanzas(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const stanzas = text.split(/\n\n+/);
    text = stanzas.pop() ?? '';
    if (text.length > LONGEST) {
      throw new GuestError('guest-corrupt', `a stanza has more than ${LONGEST} characters`);
    }
    yield* stanzas;
  }
  text += decoder.decode();
  if (text.trim() !== '') yield text;
}
