/**
 * Which packs are in use in this process, by writers and readers, so that a collection beside them leaves these
 * alone. Other processes are kept apart by claims.
 */
export class PackUses {
  readonly #users = new Set<Set<string>>();
  /** What was used at any time since a collection began; one that ended meanwhile may be named by a snapshot. */
  #touched: Set<string> | undefined;

  /** A user, which begins with nothing. */
  begin(): { use(pack: string): void; end(): void } {
    const packs = new Set<string>();
    this.#users.add(packs);
    return {
      use: (pack) => {
        packs.add(pack);
        this.#touched?.add(pack);
      },
      end: () => {
        this.#users.delete(packs);
      },
    };
  }

  beginCollection(): void {
    this.#touched = new Set([...this.#users].flatMap((packs) => [...packs]));
  }

  /** Whether a collection may delete a pack, asked right before. */
  mayDelete(pack: string): boolean {
    return this.#touched?.has(pack) === false;
  }

  endCollection(): void {
    this.#touched = undefined;
  }
}
