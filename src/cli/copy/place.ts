import { ConfigurationError } from '../../core/errors.js';

/** The name of a path: a source's last part, under which it comes to stand in a folder. */
export function lastName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** Whether a path asks for what is in a folder instead of the folder: it ends with `/.`, or is `.`. */
export function meansContents(path: string): boolean {
  return /(?:^|\/)\.\/*$/.test(path);
}

/** Whether a path can only be a folder. */
export function meansFolder(path: string): boolean {
  return path.endsWith('/') || meansContents(path);
}

/** One copy: from a path here to a path in the guest, or the other way. */
export interface Copy {
  readonly from: string;
  readonly to: string;
}

/** `FILE:PATH` of `--copy-in`; the last colon counts. @throws ConfigurationError */
export function parseCopyIn(text: string): Copy {
  return split(text, text.lastIndexOf(':'), '--copy-in', 'FILE:PATH, as in src:/root');
}

/** `PATH:FILE` of `--copy-out`; the first colon counts. @throws ConfigurationError */
export function parseCopyOut(text: string): Copy {
  return split(text, text.indexOf(':'), '--copy-out', 'PATH:FILE, as in /root/list:.');
}

function split(text: string, at: number, option: string, right: string): Copy {
  if (at <= 0 || at === text.length - 1) {
    throw new ConfigurationError(`${option} '${text}' names no two paths; right would be ${right}`);
  }
  return { from: text.slice(0, at), to: text.slice(at + 1) };
}

/** A word of `hartwood cp`. */
export type Place =
  | { readonly kind: 'guest'; readonly guest: string; readonly path: string }
  | { readonly kind: 'local'; readonly path: string }
  /** A tar stream: standard input or output. */
  | { readonly kind: 'stream' };

/**
 * `NAME:PATH` is a guest's; `-` a tar stream; anything else, and what has a slash before the colon, is
 * a path here.
 */
export function parsePlace(text: string): Place {
  if (text === '-') return { kind: 'stream' };
  const [, guest, path] = /^([^/:.][^/:]*):(.*)$/s.exec(text) ?? [];
  if (guest === undefined || path === undefined) return { kind: 'local', path: text };
  return { kind: 'guest', guest, path: path === '' ? '.' : path };
}
