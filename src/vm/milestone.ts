/** What a VM comes to, once or again and again: who waits for it, and when it was first. */
export class Milestone {
  readonly #listeners = new Set<() => void>();
  #first: number | undefined;

  /** `performance.now()` when it was reached first; undefined before. */
  get first(): number | undefined {
    return this.#first;
  }

  /** The VM is there: tells all that listen. */
  reach(): void {
    this.#first ??= performance.now();
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` each time from now on; what it yields ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
