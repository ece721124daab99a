import { GuestError } from '../errors.js';

/** What a place in the tree holds. */
export interface TreeNode {
  readonly type: 'directory' | 'symlink' | 'other';
  /** The package it is from. */
  readonly owner: string;
  /** A symbolic link's text. */
  readonly target?: string;
}

/** As Linux has it. */
const MOST_LINKS = 40;

/**
 * Which paths a root file system has so far, and whose they are. Paths have no leading slash.
 *
 * Every path is taken through the symbolic links that are there, as the guest would: a package's `lib/x`
 * is `usr/lib/x` where `lib` is a link. So what is written twice is seen, whatever it is called.
 */
export class FileTree {
  readonly #nodes = new Map<string, TreeNode>();

  get(path: string): TreeNode | undefined {
    return this.#nodes.get(path);
  }

  set(path: string, node: TreeNode): void {
    this.#nodes.set(path, node);
  }

  /**
   * The place of a package's path: its folders with all links followed, its last name as it stands.
   *
   * @throws GuestError `guest-corrupt` for a path that leads out of the tree, or in circles
   */
  place(path: string, what: string): string {
    let links = 0;
    const todo = names(path, what).reverse();
    const done: string[] = [];
    for (;;) {
      const name = todo.pop();
      if (name === undefined) return done.join('/');
      if (name === '..') {
        done.pop();
        continue;
      }
      const here = [...done, name].join('/');
      const node = this.#nodes.get(here);
      if (todo.length === 0 || node?.type !== 'symlink') {
        done.push(name);
        continue;
      }
      if (++links > MOST_LINKS) {
        throw new GuestError('guest-corrupt', `${what}: path '${path}' leads in circles`);
      }
      const target = node.target ?? '';
      if (target.startsWith('/')) done.length = 0;
      todo.push(...target.split('/').filter(isName).reverse());
    }
  }
}

/** The names in a package's path. @throws GuestError `guest-corrupt` for one with `..` */
function names(path: string, what: string): string[] {
  const list = path.split('/').filter(isName);
  if (list.includes('..') || path.includes('\0')) {
    throw new GuestError('guest-corrupt', `${what}: path '${path}' leads out of the package`);
  }
  return list;
}

const isName = (name: string): boolean => name !== '' && name !== '.';
